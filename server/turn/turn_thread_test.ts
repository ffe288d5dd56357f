/** The server in a worker. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { createSystemClock } from "../clock.ts";
import {
  makeCertificate,
  opensslMissing,
  servedSerial,
} from "../testing/certificates.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { TURN_OPTIONS } from "../testing/test_turn.ts";
import { lifetimeIn, Peer, TurnClient } from "../testing/turn_client.ts";
import { issueCredential } from "./credential.ts";
import type { TurnEndpoint } from "./turn_server.ts";
import { startTurnWorker } from "./turn_thread.ts";

const DATA = Uint8Array.of(1, 2, 3);

function credentialOf(ttlSeconds: number) {
  const expiresAt = Math.floor(createSystemClock().now() / 1000) + ttlSeconds;
  return issueCredential(TURN_OPTIONS.secret, { expiresAt });
}

Deno.test("a worker serves, tells its totals, hears of renewals, and closes", async () => {
  const server = await startTurnWorker(TURN_OPTIONS);
  const credential = credentialOf(100);
  const client = await TurnClient.udp(server.endpoints[0]!, credential);
  await using peer = await Peer.open();
  assert(lifetimeIn(await client.allocate()) <= 160);
  server.renew(credential.username, Math.floor(Date.now() / 1000) + 3000);
  let lifetime = 0;
  while (lifetime < 600) lifetime = lifetimeIn(await client.refresh());
  await client.bindChannel(0x4000, peer);
  client.sendOnChannel(0x4000, DATA);
  assertEquals([...(await peer.inbox.next()).data], [...DATA]);
  while (server.totals.relayedPackets.sent === 0) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  assertEquals(server.totals.allocations, 1);
  await server.close();
  assertEquals(await server.ended, undefined);
  await server.close();
  server.renew(credential.username, 0);
  await client.close();
});

Deno.test("a worker that cannot listen says why, by the system's code", async () => {
  const server = await startTurnWorker(TURN_OPTIONS);
  const { port } = server.endpoints[0]!;
  const error = await assertRejects(() =>
    startTurnWorker({ ...TURN_OPTIONS, port })
  ) as {
    code?: string;
  };
  assertEquals(error.code, "EADDRINUSE");
  await server.close();
});

Deno.test("a worker that is silent for long is given up, and said to be", async () => {
  const clock = new FakeClock();
  const server = await startTurnWorker(TURN_OPTIONS, { clock });
  clock.advance(10_000);
  server.renew("", 0); // it still counts as alive
  clock.advance(1000);
  const fault = await server.ended as Error;
  assertEquals(fault.message, "The TURN worker is stuck: silent for 10 s");
  await server.close();
});

Deno.test({
  name: `a worker takes a new certificate${opensslMissing}`,
  ignore: opensslMissing !== "",
  async fn() {
    const certificate = await makeCertificate();
    const server = await startTurnWorker({ ...TURN_OPTIONS, certificate });
    const isTls = ({ transport }: TurnEndpoint) => transport === "tls";
    const endpoint = server.endpoints.find(isTls)!;
    const before = await servedSerial(endpoint);
    server.setCertificate(await makeCertificate());
    while (await servedSerial(endpoint) === before);
    await server.close();
    server.setCertificate(certificate); // nobody is there to take it
  },
});
