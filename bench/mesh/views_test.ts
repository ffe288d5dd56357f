import { assert, assertEquals } from "@std/assert";
import { createRandom } from "../sim/chance.ts";
import { drawLives } from "./population.ts";
import { SimulatedTime } from "./simulated_time.ts";
import { Views } from "./views.ts";

function setUp(nodes: number, { missing = 0, churn = 1e-9 } = {}) {
  const time = new SimulatedTime();
  const lives = drawLives({
    ...{ nodes, churn, roomsPerNode: 2, nodesPerRoom: 4 },
    ...{ durationMs: 3_600_000, random: createRandom(1) },
  });
  const views = new Views(lives, { missing, learningMs: 600_000, time });
  return { time, lives, views };
}

Deno.test("a view misses the share it is to miss, and never itself has", () => {
  const { lives, views } = setUp(500, { missing: 0.2 });
  const known = lives.map((viewer) => {
    const view = views.viewOf(viewer);
    assertEquals(view.find(viewer.origin), undefined);
    return lives.filter(({ origin }) => view.find(origin)).length / 499;
  });
  const mean = known.reduce((sum, share) => sum + share) / known.length;
  assert(Math.abs(mean - 0.8) < 0.01, `${mean}`);
});

Deno.test("of a view those are told that may become homes of its rooms", () => {
  const { lives, views } = setUp(500);
  const [viewer] = lives;
  const told = [...views.viewOf(viewer!).all()];
  assert(told.length < 499 && told.length > 48, `${told.length}`);
});

Deno.test("the dead are forgotten, and newcomers heard of, late; listeners are told", async () => {
  const { time, lives, views } = setUp(20, { churn: 1 });
  const dead = lives.find(({ diesAtMs }) => diesAtMs < 3_000_000)!;
  const viewer = lives.find(({ diesAtMs }) => diesAtMs > 3_600_000)!;
  const view = views.viewOf(viewer);
  let told = 0;
  view.onChange(() => told++);
  await time.runTo(dead.diesAtMs + 119_000);
  assert(view.find(dead.origin) !== undefined);
  const before = told;
  await time.runTo(dead.diesAtMs + 421_000);
  assertEquals(view.find(dead.origin), undefined);
  assert(told > before);
});
