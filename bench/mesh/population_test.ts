import { assert, assertEquals } from "@std/assert";
import { createRandom } from "../sim/chance.ts";
import { drawLives } from "./population.ts";

const setting = {
  ...{ nodes: 90, roomsPerNode: 2, nodesPerRoom: 3, churn: 0.1 },
  durationMs: 3_600_000,
};

Deno.test("places have as many rooms each, and rooms as many places", () => {
  const lives = drawLives({ ...setting, churn: 1e-9, random: createRandom(1) });
  assertEquals(lives.length, 90);
  const users = Map.groupBy(
    lives.flatMap(({ rooms }) => rooms),
    (room) => room,
  );
  assertEquals(users.size, 60);
  for (const those of users.values()) assertEquals(those.length, 3);
});

Deno.test("so many die in an hour as are wanted, and another takes each one's place", () => {
  const lives = drawLives({
    ...{ ...setting, nodes: 3000 },
    random: createRandom(1),
  });
  const dead = lives.filter(({ diesAtMs }) => diesAtMs < 3_600_000);
  assert(Math.abs(dead.length - 300) < 60, `${dead.length} died`);
  const born = lives.filter(({ bornAtMs }) => bornAtMs > 0);
  assert(Math.abs(born.length - dead.length) < 5);
});

Deno.test("a crash takes a third at once, and nobody comes for them", () => {
  const crashAtMs = 1_800_000;
  const random = createRandom(1);
  const lives = drawLives({ ...setting, churn: 1e-9, crashAtMs, random });
  const dead = lives.filter(({ diesAtMs }) => diesAtMs === crashAtMs);
  assertEquals([dead.length, lives.length], [30, 90]);
});
