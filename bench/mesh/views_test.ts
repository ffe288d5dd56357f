import { assert, assertEquals } from "@std/assert";
import { createRandom } from "../sim/chance.ts";
import { Homes, seedOf } from "../../server/mesh/links/homes.ts";
import { drawLives } from "./population.ts";
import { SimulatedTime } from "./simulated_time.ts";
import { Views } from "./views.ts";

function setUp(nodes: number, { missing = 0, churn = 1e-9 } = {}) {
  const time = new SimulatedTime();
  const durationMs = 3_600_000;
  const lives = drawLives({
    ...{ nodes, churn, roomsPerNode: 2, nodesPerRoom: 4 },
    ...{ durationMs, random: createRandom(1) },
  });
  const learningMs = 600_000;
  const views = new Views(lives, { missing, learningMs, time, durationMs });
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

Deno.test("the homes that a node sees are those of a ranking of whom it knows", () => {
  const { lives, views } = setUp(60, { missing: 0.3 });
  const seeds = Array.from({ length: 50 }, (_, n) => seedOf(`room ${n}`));
  for (const viewer of lives) {
    const own = new Homes();
    own.add({ origin: viewer.origin, network: viewer.origin });
    for (const member of views.viewOf(viewer).all()) own.add(member);
    const seen = views.rankingOf(viewer);
    for (const seed of seeds) {
      const best = own.of(seed);
      assertEquals(seen.of(seed), best);
      const isBest = (origin: string) => origin === best[0]!.origin;
      assertEquals(seen.of(seed, isBest), own.of(seed, isBest));
    }
  }
});

Deno.test("the dead are forgotten, and newcomers heard of, late; listeners are told", async () => {
  const { time, lives, views } = setUp(20, { churn: 1 });
  const dead = lives.find(({ diesAtMs }) => diesAtMs < 3_000_000)!;
  const viewer = lives.find(({ diesAtMs }) => diesAtMs > 3_600_000)!;
  const view = views.viewOf(viewer);
  const told: string[] = [];
  view.onChange(({ member: { origin }, isMember }) => {
    assertEquals(view.find(origin) !== undefined, isMember);
    told.push(`${isMember ? "joined" : "left"} ${origin}`);
  });
  const leaves = `left ${dead.origin}`;
  await time.runTo(dead.diesAtMs + 119_000);
  assert(view.find(dead.origin) !== undefined && !told.includes(leaves));
  await time.runTo(dead.diesAtMs + 421_000);
  assertEquals(view.find(dead.origin), undefined);
  assert(told.includes(leaves));
  assert(told.some((what) => what.startsWith("joined")));
});
