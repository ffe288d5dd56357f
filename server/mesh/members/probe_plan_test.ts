import { assert, assertEquals } from "@std/assert";
import { SERVER_LIMITS } from "../../limits.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { SOME_KEY } from "../../testing/node_answer.ts";
import { Candidates } from "./candidates.ts";
import { MemberTable } from "./member_table.ts";
import { ProbePlan } from "./probe_plan.ts";
import { createProbeTotals } from "./probe_totals.ts";
import { TrustedPeers } from "./trusted_peers.ts";

/** A node with too many of everything. */
function busyPlan() {
  const clock = new FakeClock();
  const table = new MemberTable({ random: Math.random });
  const candidates = new Candidates({
    ...{ clock, random: Math.random },
    lost: createProbeTotals().candidatesLost,
  });
  const peers = new TrustedPeers([], { retryMs: 60_000, warn: () => {} });
  const plan = new ProbePlan(
    { table, candidates, peers, random: Math.random },
    { nowMs: clock.now() },
  );
  const links = new Set<string>();
  plan.links = links;
  for (let i = 0; i < 2000; i++) {
    const origin = `https://n${i}.example`;
    const times = { roundTripMs: 1, clockOffsetMs: 0, seenAtMs: clock.now() };
    const sighting = { key: SOME_KEY, network: `${i}`, height: 16, ...times };
    const nowMs = clock.now();
    plan.scheduleAtOnce(table.add(origin, { sighting, nowMs })!);
    if (i < 600) links.add(origin);
    candidates.add({ origin }, { source: `${i}`, allowance: 1 });
  }
  return { clock, plan, links };
}

Deno.test("links, members and candidates share a budget, and none of them starves", () => {
  const { clock, plan, links } = busyPlan();
  const counts = { link: 0, member: 0, peer: 0, candidate: 0 };
  for (let second = 0; second < 600; second++) {
    clock.advance(1000);
    plan.refill();
    for (let aim; (aim = plan.next(clock.now())) !== undefined;) {
      const isLink = aim.kind === "member" && links.has(aim.member.origin);
      counts[isLink ? "link" : aim.kind]++;
      if (aim.kind !== "member") continue;
      aim.member.probedAtMs = clock.now();
      plan.schedule(aim.member, clock.now());
    }
  }
  const { link, member, candidate } = counts;
  assertEquals(link + member + candidate, 600 * SERVER_LIMITS.probesPerSecond);
  assert(link > member + candidate, JSON.stringify(counts));
  assert(member > 200 && candidate > 200, JSON.stringify(counts));
});

Deno.test("requests that a probe makes besides its first come out of the next seconds", () => {
  const { clock, plan } = busyPlan();
  const start = () => {
    let started = 0;
    plan.refill();
    while (plan.next(clock.now()) !== undefined) started++;
    return started;
  };
  assertEquals(start(), 5);
  const { onRequest } = plan.ration(() => true);
  for (let request = 0; request < 8; request++) onRequest();
  assertEquals(start(), 0);
  assertEquals(start(), 3);
  assertEquals(start(), 5);
});

Deno.test("a member that did not answer is looked at again within a minute or so, however many others are due", () => {
  const { clock, plan, links } = busyPlan();
  links.clear();
  const next = () => {
    const aim = plan.next(clock.now());
    return aim?.kind === "member" ? aim.member : undefined;
  };
  plan.refill();
  const member = next()!;
  member.failures = 1;
  plan.schedule(member, clock.now());
  const probed = new Set<string>();
  for (let second = 0; second < 80; second++) {
    clock.advance(1000);
    plan.refill();
    for (let i = 0; i < SERVER_LIMITS.probesPerSecond; i++) {
      const again = next();
      if (again !== undefined) probed.add(again.origin);
    }
  }
  assert(probed.has(member.origin));
});
