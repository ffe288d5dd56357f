/** STUN and TURN of real nodes. */

import { assert, assertEquals } from "@std/assert";
import { LOCAL_TURN, startTestNode } from "../server/testing/test_node.ts";
import { IceServers } from "./ice_servers.ts";
import { NodeClient } from "./node_client.ts";
import type { Cost } from "./payment.ts";

const OWN = { urls: "stun:own.example:3478" };

function serversOf(node: () => NodeClient | undefined, isInUse = () => true) {
  const paid: Cost[] = [];
  const errors: unknown[] = [];
  const closing = new AbortController();
  let onPaid = () => {};
  const servers = new IceServers({
    own: [OWN],
    node,
    isInUse,
    onPaid: (cost) => {
      paid.push(cost);
      onPaid();
    },
    onError: (error) => errors.push(error),
    signal: closing.signal,
  });
  const nextPayment = () => new Promise<void>((resolve) => onPaid = resolve);
  return {
    servers,
    paid,
    errors,
    nextPayment,
    [Symbol.dispose]: () => closing.abort(),
  };
}

Deno.test("STUN is the node's and one's own; TURN is bought once for all who need it", async () => {
  const node = await startTestNode({ turn: LOCAL_TURN });
  try {
    const client = new NodeClient(node.origin);
    using own = serversOf(() => client);
    const [mine, stun] = await own.servers.free();
    assertEquals(mine, OWN);
    assertEquals([stun!.urls], [[...(await client.facts()).stun]]);
    assertEquals(own.paid.length, 0);
    const [first, second] = await Promise.all([
      own.servers.withRelays(),
      own.servers.withRelays(),
    ]);
    assertEquals(first, second);
    assertEquals([first!.length, own.paid.length], [3, 1]);
    assert([first![2]!.urls].flat().every((url) => /^turns?:/.test(url)));
    assertEquals([own.servers.hasRelay, own.errors], [true, []]);
  } finally {
    await node.close();
  }
});

Deno.test("what is in use is renewed at half of its life, and what is not is bought anew", async () => {
  const node = await startTestNode(
    { turn: LOCAL_TURN },
    { turnLifetimeSeconds: 3 },
  );
  try {
    const client = new NodeClient(node.origin);
    let isInUse = true;
    using own = serversOf(() => client, () => isInUse);
    const before = await own.servers.withRelays();
    await own.nextPayment();
    const after = await own.servers.withRelays();
    assertEquals(after[2]!.username, before[2]!.username);
    isInUse = false;
    const paid = own.paid.length;
    let latest = after;
    while (latest[2]!.username === before[2]!.username) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      latest = await own.servers.withRelays();
    }
    assertEquals([own.paid.length, own.errors], [paid + 1, []]);
  } finally {
    await node.close();
  }
});

Deno.test("a node without TURN is asked once, and no error; one that is gone leaves one's own", async () => {
  const node = await startTestNode();
  const client = new NodeClient(node.origin);
  using own = serversOf(() => client);
  try {
    assertEquals(await own.servers.withRelays(), [OWN]);
    assertEquals([own.servers.hasRelay, own.errors], [false, []]);
  } finally {
    await node.close();
  }
  using late = serversOf(() => client);
  assertEquals(await late.servers.free(), [OWN]);
  using none = serversOf(() => undefined);
  assertEquals(await none.servers.withRelays(), [OWN]);
});
