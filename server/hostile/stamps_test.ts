/** Paying once for much, with real stamps over real sockets. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { Admission } from "../admission/admission.ts";
import { SpentStamps } from "../admission/spent_stamps.ts";
import { TokenIssuer } from "../admission/token_issuer.ts";
import { attack } from "../testing/attack.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import {
  ask,
  freshRoomPath,
  mineFor,
  preparePost,
  quoteFor,
  sendPost,
} from "../testing/honest_client.ts";
import { idleReadings, startTestNode } from "../testing/test_node.ts";

attack("a stamp sent fifty times at once pays once", async (node) => {
  const post = await preparePost(node);
  const outcomes = await Promise.all(
    Array.from({ length: 50 }, () => sendPost(node, post)),
  );
  const accepted = outcomes.filter((outcome) => outcome === "accepted");
  assertEquals(accepted.length, 1);
  assertEquals([...new Set(outcomes)].sort(), ["accepted", "stamp-spent"]);
});

attack("other nonces for a spent challenge pay nothing", async (node) => {
  const first = await preparePost(node);
  const { path, body } = first;
  const salt = new Uint8Array(6);
  const quote = await quoteFor(node, path);
  const stamps = new Set<string>();
  // A higher price has other solutions.
  for (let bits = 0; stamps.size < 3; bits++) {
    const higher = { ...quote, height: quote.height + bits };
    stamps.add(await mineFor(node, { path, body, quote: higher, salt }));
  }
  const outcomes = [];
  for (const stamp of stamps) {
    outcomes.push(await sendPost(node, { path, body, stamp }));
  }
  assertEquals(outcomes, ["accepted", "stamp-spent", "stamp-spent"]);
});

Deno.test("a stamp does not outlive the node that was paid, at the same address and second", async () => {
  const clock = new FakeClock();
  const first = await startTestNode({}, { clock });
  const [unsent, sent] = [await preparePost(first), await preparePost(first)];
  assertEquals(await sendPost(first, sent), "accepted");
  await first.close();
  const second = await startTestNode({ port: first.port }, { clock });
  try {
    assertEquals(await sendPost(second, sent), "token-forged");
    assertEquals(await sendPost(second, unsent), "token-forged");
    clock.advance(1000);
    assertEquals(await sendPost(second, unsent), "token-forged");
    assertEquals(
      await sendPost(second, await preparePost(second)),
      "accepted",
    );
    assertEquals(second.faults, []);
  } finally {
    await second.close();
  }
});

Deno.test("a stamp is refused after the memory of it was flooded away", async () => {
  const clock = new FakeClock();
  const issuer = await TokenIssuer.create(clock);
  const price = {
    ...{ work: 256, height: 8, pressure: 1 },
    load: { cpu: 0, memory: 0 },
  };
  const spent = new SpentStamps(clock, { capacity: 8 });
  const admission = new Admission({ issuer, spent, price });
  const origin = "http://localhost:8000";
  const priced = { weight: 1, messages: 0, subscribers: 0 };
  const buy = async (path: string) => {
    const quote = admission.quote(priced);
    const stamp = await mineFor({ origin }, { path, body: "", quote });
    const request = { ...priced, stamp, method: "POST", url: origin + path };
    return () => admission.admit({ ...request, body: new Uint8Array() });
  };
  const first = await buy("/room/first");
  assert(first().ok);
  clock.advance(1000);
  for (let i = 0; i < 8; i++) assert((await buy(`/room/${i}`))().ok);
  const again = first();
  assertEquals(again.ok ? "accepted" : again.reason, "token-expired");
  assert((await buy("/room/honest"))().ok);
});

attack(
  "a stamp for another room, body, method, host or node pays nothing",
  async (node) => {
    const path = freshRoomPath();
    const body = "hello";
    const quote = await quoteFor(node, path);
    const targets = [
      { path: freshRoomPath() },
      { body: "hellp" },
      { method: "GET" },
      { method: "PUT" },
      { origin: `http://localhost:${node.port}` },
      { origin: `https://127.0.0.1:${node.port}` },
      { origin: "http://evil.example" },
    ];
    for (const { origin = node.origin, ...target } of targets) {
      const mined = { path, body, quote, ...target };
      const stamp = await mineFor({ origin }, mined);
      const outcome = await sendPost(node, { path, body, stamp });
      // By chance one of 65,536 looks like too little work.
      assertMatch(outcome, /^stamp-(mismatch|too-low)$/);
    }
    const other = await startTestNode();
    try {
      const foreign = await quoteFor(other, path);
      const stamp = await mineFor(node, { path, body, quote: foreign });
      assertEquals(await sendPost(node, { path, body, stamp }), "token-forged");
    } finally {
      await other.close();
    }
  },
);

attack("a stamp whose token or salt was changed pays nothing", async (node) => {
  const post = await preparePost(node);
  for (const at of [0, 5, 10, 30, 31, 32, 39]) {
    const other = post.stamp[at] === "A" ? "B" : "A";
    const stamp = post.stamp.slice(0, at) + other + post.stamp.slice(at + 1);
    const outcome = await sendPost(node, { ...post, stamp });
    assertMatch(outcome, /^(stamp|token)-/, `${at}`);
  }
  for (const stamp of ["x", "PoW x", "\u2028".repeat(104), "A".repeat(9000)]) {
    assertEquals(await sendPost(node, { ...post, stamp }), "stamp-malformed");
  }
  assertEquals(await sendPost(node, post), "accepted");
});

Deno.test("stamps hoarded while the node was idle buy nothing once it is saturated", async () => {
  const clock = new FakeClock();
  let busyMs = 0;
  const readings = () => ({ ...idleReadings(), threadMs: busyMs });
  const node = await startTestNode({}, { clock, readings });
  try {
    const hoard = [];
    for (let i = 0; i < 10; i++) hoard.push(await preparePost(node));
    for (let second = 0; second < 21; second++) {
      busyMs += 1000;
      clock.advance(1000);
    }
    assert(node.parts.price.pressure > 1);
    for (const post of hoard) {
      assertEquals(await sendPost(node, post), "stamp-too-low");
    }
    assertEquals(await sendPost(node, await preparePost(node)), "accepted");
    assertEquals(node.faults, []);
  } finally {
    await node.close();
  }
});

attack("a stamp makes nothing free but what it pays for", async (node) => {
  const { stamp } = await preparePost(node);
  const path = `/ip?pow=${stamp}`;
  const statuses = new Set<number>();
  // Answers beyond the budget are held: asked together, they are waited for once.
  const answers = Array.from({ length: 120 }, () => ask(node, { path }));
  for (const { status } of await Promise.all(answers)) statuses.add(status);
  assertEquals([...statuses].sort(), [200, 429]);
});
