/** Sockets of allocations are closed, however these end. */

import { assertEquals } from "@std/assert";
import { type TestTurn, turnTest } from "../testing/test_turn.ts";
import type { TurnClient } from "../testing/turn_client.ts";

const ALLOCATIONS = 200;
const MANY = {
  limits: {
    turnAllocationsPerCredential: ALLOCATIONS,
    turnCredentialsPerAddress: ALLOCATIONS,
  },
  ignore: Deno.build.os !== "linux",
};

function openFiles(): number {
  return [...Deno.readDirSync("/proc/self/fd")].length;
}

/** Sockets close in a later turn of the event loop. */
async function untilClosed(files: number): Promise<void> {
  while (openFiles() > files) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** Clients first, so that only relay sockets come after. */
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
    const files = openFiles();
    for (const client of clients) {
      assertEquals(
        (await client.allocate()).code,
        0,
      );
    }
    assertEquals(openFiles(), files + ALLOCATIONS);
    for (const client of clients) {
      assertEquals(
        (await client.refresh(0)).code,
        0,
      );
    }
    await untilClosed(files);
    assertEquals(turn.server.totals.allocations, 0);
  },
  MANY,
);

turnTest("200 allocations that expire leave no socket behind", async (turn) => {
  const clients = await openClients(turn);
  const files = openFiles();
  for (const client of clients) assertEquals((await client.allocate()).code, 0);
  assertEquals(openFiles(), files + ALLOCATIONS);
  turn.clock.advance(600_000);
  await untilClosed(files);
  assertEquals(turn.server.totals.allocations, 0);
}, MANY);
