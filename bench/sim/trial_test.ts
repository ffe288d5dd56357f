import { assert, assertEquals } from "@std/assert";
import { CASES } from "./cases.ts";
import { runTrial, type World } from "./trial.ts";
import { judge } from "./verdict.ts";

const world: World = {
  postsPerSecond: 200,
  devices: [{ name: "phone", hashesPerSecond: 8e6, share: 1 }],
  visitorsPerSecond: 1,
  attackHashesPerSecond: 1e9,
  attackConnections: 200,
  seed: 1,
  config: { maxUnpaid: 25 },
};

const caseOf = (name: string) => CASES.find((some) => some.name === name)!;

Deno.test("nobody attacks: all is accepted at little above the idle price", async () => {
  const verdict = judge(await runTrial(caseOf("none"), world));
  assert(verdict.holds);
  assertEquals(verdict.success, 1);
  assert(verdict.maxHeight < 19, `${verdict.maxHeight}`);
});

Deno.test("a flood is priced to what the node can serve, and the honest get through", async () => {
  const verdict = judge(await runTrial(caseOf("rooms"), world));
  assert(verdict.holds, JSON.stringify(verdict));
  assert(verdict.attackPostsPerSecond > 100, "the attack was one");
  assert(verdict.maxHeight > 22, "and had its price");
});

Deno.test("the same seed gives the same course", async () => {
  const [once, again] = [
    await runTrial(caseOf("bursts"), world),
    await runTrial(caseOf("bursts"), world),
  ];
  assertEquals(once.seconds, again.seconds);
  assertEquals(once.posts, again.posts);
});
