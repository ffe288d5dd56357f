/** Refresh, RFC 8656, section 8, and how allocations end. */

import { assertEquals } from "@std/assert";
import { turnTest } from "../testing/test_turn.ts";
import { familyOf, lifetimeIn } from "../testing/turn_client.ts";
import { ATTRIBUTE } from "./attributes.ts";
import { METHOD } from "./message.ts";

turnTest(
  "a refresh without a lifetime gives 600 s, with one what it asks for",
  async (turn) => {
    const client = await turn.client(turn.credential(7200));
    await client.allocate();
    assertEquals(lifetimeIn(await client.refresh()), 600);
    assertEquals(lifetimeIn(await client.refresh(1800)), 1800);
    assertEquals(lifetimeIn(await client.refresh(99_999)), 3600);
    assertEquals(lifetimeIn(await client.refresh(1)), 600);
  },
);

turnTest(
  "a refresh of 0 ends the allocation, and the client can make another",
  async (turn) => {
    const client = await turn.client();
    await client.allocate();
    const ended = await client.refresh(0);
    assertEquals([ended.code, ended.isSigned, lifetimeIn(ended)], [0, true, 0]);
    assertEquals(turn.server.totals.allocations, 0);
    assertEquals((await client.refresh(0)).code, 437);
    assertEquals((await client.allocate()).code, 0);
  },
);

for (
  const [ageMs, code] of [[599_999, 0], [600_000, 437], [600_001, 437]] as const
) {
  turnTest(
    `an allocation refreshed after ${ageMs} ms: ${code}`,
    async (turn) => {
      turn.clock.advance(500); // not with the clockwork that ends allocations
      const client = await turn.client();
      await client.allocate();
      turn.clock.advance(ageMs);
      assertEquals((await client.refresh()).code, code);
    },
  );
}

turnTest(
  "requests for an allocation that is not there are told so",
  async (turn) => {
    const client = await turn.client();
    const peer = { address: "127.0.0.1", port: 9 };
    assertEquals((await client.refresh()).code, 437);
    assertEquals((await client.permit(peer)).code, 437);
    assertEquals((await client.bindChannel(0x4000, peer)).code, 437);
  },
);

turnTest(
  "an allocation is changed only by whom it belongs to",
  async (turn) => {
    const client = await turn.client();
    await client.allocate();
    client.use(turn.credential());
    const refused = await client.refresh();
    assertEquals([refused.code, refused.isSigned], [441, true]);
    const peer = { address: "127.0.0.1", port: 9 };
    assertEquals((await client.permit(peer)).code, 441);
    assertEquals((await client.bindChannel(0x4000, peer)).code, 441);
  },
);

turnTest(
  "a refresh names no other family than the allocation's",
  async (turn) => {
    const client = await turn.client();
    await client.allocate();
    assertEquals((await client.request(METHOD.refresh, familyOf(2))).code, 443);
    assertEquals((await client.request(METHOD.refresh, familyOf(1))).code, 0);
  },
);

turnTest("a lifetime of the wrong size is refused", async (turn) => {
  const client = await turn.client();
  await client.allocate();
  const answer = await client.request(
    METHOD.refresh,
    (request) => request.addText(ATTRIBUTE.lifetime, "abc"),
  );
  assertEquals([answer.code, answer.isSigned], [400, true]);
});

turnTest(
  "a credential that is not renewed ends its allocation a minute after itself",
  async (turn) => {
    const client = await turn.client(turn.credential(100));
    await client.allocate();
    turn.clock.advance(99_000);
    assertEquals(lifetimeIn(await client.refresh()), 61);
    turn.clock.advance(1000);
    assertEquals((await client.refresh()).code, 401);
    turn.clock.advance(59_999);
    assertEquals(turn.server.totals.allocations, 1);
    turn.clock.advance(1000);
    assertEquals(turn.server.totals.allocations, 0);
  },
);

turnTest("a renewed credential keeps its allocation", async (turn) => {
  const credential = turn.credential(100);
  const client = await turn.client(credential);
  await client.allocate();
  turn.server.renew(credential.username, turn.now + 1000);
  turn.clock.advance(101_000);
  assertEquals(lifetimeIn(await client.refresh()), 600);
  turn.clock.advance(400_000);
  assertEquals(lifetimeIn(await client.refresh()), 559);
});

turnTest("a renewal makes nobody's life shorter", async (turn) => {
  const credential = turn.credential(1000);
  turn.server.renew(credential.username, turn.now + 10);
  const client = await turn.client(credential);
  assertEquals(lifetimeIn(await client.allocate()), 600);
});
