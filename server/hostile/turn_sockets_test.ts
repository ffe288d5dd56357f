/** Sockets of allocations are closed, however these end. */

import { assertEquals } from "@std/assert";
import { type TestTurn, turnTest } from "../testing/test_turn.ts";
import type { TurnClient } from "../testing/turn_client.ts";

const ALLOCATIONS = 200;
/** Above what the system gives to sockets that ask for any port: nobody else's. */
const RELAY_PORTS = { least: 62_000, most: 62_399 };
const MANY = {
  options: { relayPorts: RELAY_PORTS },
  limits: {
    turnAllocationsPerCredential: ALLOCATIONS,
    turnCredentialsPerAddress: ALLOCATIONS,
  },
  ignore: Deno.build.os !== "linux",
};

/** As the system sees it; other tests of this process have sockets, too. */
function relaySockets(): number {
  const sockets = Deno.readTextFileSync("/proc/net/udp").split("\n").slice(1);
  return sockets.filter((line) => {
    const [, port] = /^ *\d+: [0-9A-F]+:([0-9A-F]{4}) /.exec(line) ?? [];
    if (port === undefined) return false;
    const number = parseInt(port, 16);
    return number >= RELAY_PORTS.least && number <= RELAY_PORTS.most;
  }).length;
}

/** Sockets close in a later turn of the event loop. */
async function untilClosed(): Promise<void> {
  while (relaySockets() > 0) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

async function openClients(turn: TestTurn): Promise<TurnClient[]> {
  const clients: TurnClient[] = [];
  const credential = turn.credential();
  for (let i = 0; i < ALLOCATIONS; i++) {
    clients.push(await turn.client(credential));
  }
  return clients;
}

turnTest(
  "200 allocations that their clients end leave no socket behind",
  async (turn) => {
    const clients = await openClients(turn);
    for (const client of clients) {
      assertEquals(
        (await client.allocate()).code,
        0,
      );
    }
    assertEquals(relaySockets(), ALLOCATIONS);
    for (const client of clients) {
      assertEquals(
        (await client.refresh(0)).code,
        0,
      );
    }
    await untilClosed();
    assertEquals(turn.server.totals.allocations, 0);
  },
  MANY,
);

turnTest("200 allocations that expire leave no socket behind", async (turn) => {
  const clients = await openClients(turn);
  for (const client of clients) assertEquals((await client.allocate()).code, 0);
  assertEquals(relaySockets(), ALLOCATIONS);
  turn.clock.advance(600_000);
  await untilClosed();
  assertEquals(turn.server.totals.allocations, 0);
}, MANY);
