/** Who may hold how much, by itself and on a server. */

import { assert, assertEquals } from "@std/assert";
import { SERVER_LIMITS } from "../limits.ts";
import { turnTest } from "../testing/test_turn.ts";
import type { TurnClient } from "../testing/turn_client.ts";
import { ATTRIBUTE } from "./attributes.ts";
import { type Holding, Quotas } from "./quotas.ts";
import { bindUdp, type UdpSocket } from "./udp_socket.ts";

function hold(quotas: Quotas, username: string, block = "192.0.2.1"): Holding {
  const holding = { username, block, end: () => quotas.remove(holding) };
  quotas.add(holding);
  return holding;
}

Deno.test("a credential may hold so many, and again when it gives one up", () => {
  const quotas = new Quotas({
    ...SERVER_LIMITS,
    turnAllocationsPerCredential: 2,
  });
  const first = hold(quotas, "a");
  assert(quotas.allows("a", { block: "192.0.2.1", more: 1 }));
  assert(!quotas.allows("a", { block: "192.0.2.1", more: 2 }));
  hold(quotas, "a");
  assert(!quotas.allows("a", { block: "192.0.2.2", more: 1 }));
  first.end();
  assert(quotas.allows("a", { block: "192.0.2.1", more: 1 }));
});

Deno.test("an address may have so many credentials, those it has go on", () => {
  const quotas = new Quotas({ ...SERVER_LIMITS, turnCredentialsPerAddress: 2 });
  const first = hold(quotas, "a");
  hold(quotas, "b");
  assert(!quotas.allows("c", { block: "192.0.2.1", more: 1 }));
  assert(quotas.allows("c", { block: "192.0.2.2", more: 1 }));
  assert(quotas.allows("b", { block: "192.0.2.1", more: 1 }));
  first.end();
  assert(quotas.allows("c", { block: "192.0.2.1", more: 1 }));
});

Deno.test("who holds most gives way, its newest first, until nobody holds two more than the newcomer", () => {
  const quotas = new Quotas(SERVER_LIMITS);
  const ended: number[] = [];
  for (let i = 0; i < 6; i++) {
    const holding: Holding = {
      ...{ username: "greedy", block: "192.0.2.1" },
      end() {
        ended.push(i);
        quotas.remove(holding);
      },
    };
    quotas.add(holding);
  }
  hold(quotas, "modest");
  while (quotas.giveWayTo("new", "192.0.2.1")) hold(quotas, "new");
  assertEquals(ended, [5, 4, 3]);
  assertEquals(quotas.size, 7);
  assert(!quotas.giveWayTo("greedy", "192.0.2.1"));
});

Deno.test("addresses share before credentials do: who bought many makes place for who bought one", () => {
  const quotas = new Quotas(SERVER_LIMITS);
  for (let i = 0; i < 8; i++) hold(quotas, `bought ${i}`, "198.51.100.1");
  for (let i = 0; i < 3; i++) hold(quotas, "honest", "192.0.2.7");
  assert(quotas.giveWayTo("new", "192.0.2.8"));
  hold(quotas, "new", "192.0.2.8");
  assert(!quotas.giveWayTo("bought 0", "198.51.100.1"));
  assert(!quotas.giveWayTo("bought 9", "198.51.100.1"));
  while (quotas.giveWayTo("new", "192.0.2.8")) hold(quotas, "new", "192.0.2.8");
  const honest = { block: "192.0.2.7", more: 29 };
  assert(quotas.allows("honest", honest), "it still holds three");
  assertEquals(quotas.size, 11);
});

Deno.test("at one address the credential that holds most gives way to another", () => {
  const quotas = new Quotas(SERVER_LIMITS);
  for (let i = 0; i < 3; i++) hold(quotas, "neighbour");
  hold(quotas, "elsewhere", "198.51.100.1");
  assert(quotas.giveWayTo("new", "192.0.2.1"));
  hold(quotas, "new");
  assert(!quotas.giveWayTo("new", "192.0.2.1"));
});

Deno.test("of each credential the first four are firm", () => {
  const quotas = new Quotas(SERVER_LIMITS);
  const all = Array.from({ length: 6 }, () => hold(quotas, "a"));
  hold(quotas, "b");
  assertEquals(quotas.firm, 5);
  for (const holding of all) holding.end();
  all[0]!.end();
  assertEquals([quotas.firm, quotas.size], [1, 1]);
});

async function allocateMany(
  turn: { client(credential: Credential): Promise<TurnClient> },
  { credential, times }: { credential: Credential; times: number },
): Promise<number[]> {
  const codes: number[] = [];
  for (let i = 0; i < times; i++) {
    const client = await turn.client(credential);
    codes.push((await client.allocate()).code);
  }
  return codes;
}

type Credential = { username: string; credential: string };

turnTest(
  "the 33rd allocation of a credential is one too many",
  async (turn) => {
    const credential = turn.credential();
    const codes = await allocateMany(turn, { credential, times: 33 });
    assertEquals(codes, [...Array(32).fill(0), 486]);
    assertEquals((await (await turn.client()).allocate()).code, 0);
  },
);

turnTest("the 17th credential of an address is one too many", async (turn) => {
  const codes: number[] = [];
  for (let i = 0; i < 17; i++) {
    const client = await turn.client();
    codes.push((await client.allocate()).code);
  }
  assertEquals(codes, [...Array(16).fill(0), 486]);
});

turnTest(
  "a full server takes from whoever has most for whoever has less",
  async (turn) => {
    const [greedy, modest] = [turn.credential(), turn.credential()];
    await allocateMany(turn, { credential: greedy, times: 6 });
    const codes = await allocateMany(turn, { credential: modest, times: 4 });
    assertEquals(codes, [0, 0, 0, 508]);
    assertEquals(await allocateMany(turn, { credential: greedy, times: 1 }), [
      508,
    ]);
    const { allocations, firmAllocations, capacity } = turn.server.totals;
    assertEquals([allocations, firmAllocations, capacity], [6, 6, 6]);
    const { displaced } = turn.server.totals;
    assertEquals(displaced, { allocation: 3, connection: 0 });
  },
  { limits: { turnAllocations: 6 } },
);

turnTest(
  "relay ports that run out are shared likewise",
  async (turn) => {
    const [greedy, modest] = [turn.credential(), turn.credential()];
    const codes = await allocateMany(turn, { credential: greedy, times: 5 });
    assertEquals(codes, [0, 0, 0, 0, 508]);
    const others = await allocateMany(turn, { credential: modest, times: 3 });
    assertEquals(others, [0, 0, 508]);
  },
  { options: { relayPorts: { least: 21_000, most: 21_003 } } },
);

turnTest(
  "whoever gets the place of another gets its port, when the others are strangers'",
  async (turn) => {
    const [greedy, modest] = [turn.credential(), turn.credential()];
    await allocateMany(turn, { credential: greedy, times: 4 });
    const strangers = holdPorts(21_100, 21_227);
    try {
      const codes = await allocateMany(turn, { credential: modest, times: 3 });
      assertEquals(codes, [0, 0, 508]);
      assertEquals(turn.server.totals.allocations, 4);
    } finally {
      for (const socket of strangers) socket.close();
    }
  },
  { options: { relayPorts: { least: 21_100, most: 21_227 } } },
);

/** Binds those of these ports that are free. */
function holdPorts(least: number, most: number): UdpSocket[] {
  const sockets: UdpSocket[] = [];
  for (let port = least; port <= most; port++) {
    const bound = bindUdp("127.0.0.1", port);
    if (bound.ok) sockets.push(bound.socket);
  }
  return sockets;
}

turnTest(
  "nobody gives way to a pair of ports on a full server",
  async (turn) => {
    await allocateMany(turn, { credential: turn.credential(), times: 4 });
    const client = await turn.client();
    const { code } = await client.allocate((request) =>
      request.add(ATTRIBUTE.evenPort, Uint8Array.of(0x80))
    );
    assertEquals([code, turn.server.totals.allocations], [508, 4]);
  },
  { limits: { turnAllocations: 4 } },
);

turnTest(
  "nobody gives way to a wish for an even port, which that need not fulfil",
  async (turn) => {
    await allocateMany(turn, { credential: turn.credential(), times: 4 });
    const client = await turn.client();
    for (const wish of [0, 0x80]) {
      const { code } = await client.allocate((request) =>
        request.add(ATTRIBUTE.evenPort, Uint8Array.of(wish))
      );
      assertEquals([code, turn.server.totals.allocations], [508, 4]);
    }
  },
  { options: { relayPorts: { least: 21_004, most: 21_007 } } },
);

turnTest(
  "a reserved port counts as held",
  async (turn) => {
    const credential = turn.credential();
    const even = (client: TurnClient) =>
      client.allocate((request) =>
        request.add(ATTRIBUTE.evenPort, Uint8Array.of(0x80))
      );
    assertEquals((await even(await turn.client(credential))).code, 0);
    assertEquals((await even(await turn.client(credential))).code, 486);
    assertEquals((await (await turn.client(credential)).allocate()).code, 0);
    turn.clock.advance(30_000);
    assertEquals((await (await turn.client(credential)).allocate()).code, 0);
  },
  { limits: { turnAllocationsPerCredential: 3 } },
);
