/** A whole node and its TURN server: bought over HTTP, used over UDP. */

import { assertEquals, assertRejects } from "@std/assert";
import { NodeRefusalError } from "../client/errors.ts";
import { NodeClient } from "../client/node_client.ts";
import type { Config } from "./config.ts";
import { opensslMissing, writeCertificate } from "./testing/certificates.ts";
import { FakeClock } from "./testing/fake_clock.ts";
import { turn as nextTurn } from "./testing/fake_sink.ts";
import { stillTurn } from "./testing/still_turn.ts";
import {
  LOCAL_TURN,
  startTestNode,
  type TestNode,
} from "./testing/test_node.ts";
import { TurnClient } from "./testing/turn_client.ts";
import type { TurnCredential } from "./turn/credential.ts";
import { startTurn } from "./turn/start_turn.ts";

type Use = <T>(
  credential: TurnCredential,
  act: (client: TurnClient) => Promise<T>,
) => Promise<T>;

/** Ways to buy at a node and to use what was bought. */
function customerOf({ origin, turnEndpoints }: TestNode): {
  buy: NodeClient["buyTurnCredential"];
  use: Use;
} {
  const node = new NodeClient(origin);
  const endpoint = turnEndpoints.find(({ transport }) => transport === "udp")!;
  return {
    buy: (options) => node.buyTurnCredential(options),
    async use(credential, act) {
      const client = await TurnClient.udp(endpoint, credential);
      try {
        return await act(client);
      } finally {
        await client.close();
      }
    },
  };
}

/** A node whose TURN server is in this thread, under the same clock. */
async function startClockedNode() {
  const clock = new FakeClock();
  const node = await startTestNode({ turn: LOCAL_TURN }, {
    clock,
    startTurn: (options, told) => startTurn(options, { clock, ...told }),
  });
  return { clock, node };
}

async function codeOf(answer: Promise<{ code: number }>): Promise<number> {
  return (await answer).code;
}

Deno.test("a credential that was paid for allocates, another node's does not", async () => {
  const nodes = [
    await startTestNode({ turn: LOCAL_TURN }), // in a worker, as in earnest
    await startTestNode({ turn: LOCAL_TURN }),
  ];
  try {
    const [customer, other] = nodes.map(customerOf);
    const receipt = await customer!.buy();
    const { port } = nodes[0]!.turnEndpoints[0]!;
    assertEquals(receipt.urls, [
      `turn:127.0.0.1:${port}?transport=udp`,
      `turn:127.0.0.1:${port}?transport=tcp`,
    ]);
    const allocate = (client: TurnClient) => codeOf(client.allocate());
    assertEquals(await customer!.use(receipt, allocate), 0);
    assertEquals(await other!.use(receipt, allocate), 401);
    assertEquals(nodes.flatMap(({ faults }) => faults), []);
  } finally {
    for (const node of nodes) await node.close();
  }
});

Deno.test("a renewal lets an allocation outlive the credential's first end, without one it ends", async () => {
  const { clock, node } = await startClockedNode();
  const { buy, use } = customerOf(node);
  const [renewed, left] = [await buy(), await buy()];
  await use(renewed, (caller) =>
    use(left, async (leaver) => {
      assertEquals(await codeOf(caller.allocate()), 0);
      assertEquals(await codeOf(leaver.allocate()), 0);
      clock.advance(500_000);
      const again = await buy({ renew: renewed });
      assertEquals(again.credential, renewed.credential);
      assertEquals(await codeOf(caller.refresh(600)), 0);
      clock.advance(200_000);
      assertEquals(await codeOf(caller.refresh(600)), 0);
      assertEquals(await codeOf(leaver.refresh(600)), 401);
      assertEquals(node.parts.turn!.offer.keeper!.totals.allocations, 1);
      clock.advance(500_000);
      assertEquals(await codeOf(caller.refresh(600)), 401);
    }));
  assertEquals(node.faults, []);
  await node.close();
});

Deno.test("credentials of a shorter life end sooner", async () => {
  const clock = new FakeClock();
  const node = await startTestNode({ turn: LOCAL_TURN }, {
    clock,
    turnLifetimeSeconds: 20,
    startTurn: (options, told) => startTurn(options, { clock, ...told }),
  });
  const { buy, use } = customerOf(node);
  const receipt = await buy();
  assertEquals(receipt.ttl, 20);
  await use(receipt, async (client) => {
    await client.renewNonce();
    clock.advance(20_000);
    assertEquals(await codeOf(client.allocate()), 401);
  });
  await node.close();
});

Deno.test("a TURN server that died is followed by one at the same port, which knows the renewals", async () => {
  const clock = new FakeClock();
  const deaths: ((fault: unknown) => Promise<void>)[] = [];
  const node = await startTestNode({ turn: LOCAL_TURN }, {
    clock,
    async startTurn(options, told) {
      const server = await startTurn(options, { clock, ...told });
      const { promise: ended, resolve } = Promise.withResolvers<unknown>();
      deaths.push((fault) => server.close().then(() => resolve(fault)));
      return Object.create(server, { ended: { value: ended } });
    },
  });
  const keeper = node.parts.turn!.offer.keeper!;
  const { buy, use } = customerOf(node);
  const bought = await buy();
  clock.advance(500_000);
  const renewed = await buy({ renew: bought });
  clock.advance(200_000);
  const fault = new Error("a fault of this test");
  await deaths[0]!(fault);
  await nextTurn();
  assertEquals(node.faults.splice(0), [fault]);
  await assertRejects(() => buy(), NodeRefusalError, "started again");
  clock.advance(3000);
  while (!keeper.isUp) await nextTurn();
  assertEquals(keeper.endpoints, node.turnEndpoints);
  assertEquals(await use(renewed, (client) => codeOf(client.allocate())), 0);
  assertEquals(node.faults, []);
  await node.close();
});

Deno.test("a node that cannot have its TURN port does not start, and says what to do", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const turn = { ...LOCAL_TURN, port, isPortExplicit: true };
  await assertRejects(
    () => startTestNode({ turn }),
    Error,
    "STUN and TURN cannot listen",
  );
  listener.close();
});

Deno.test("behind a proxy on this machine TURN listens for the world, else where the node does", async () => {
  const hostsWith = async (config: Partial<Config>) => {
    const { start, servers } = stillTurn();
    const node = await startTestNode(
      { turn: LOCAL_TURN, ...config },
      { startTurn: start },
    );
    await node.close();
    return servers[0]!.options.hosts;
  };
  const everywhere = ["0.0.0.0", "::"];
  assertEquals(await hostsWith({}), ["127.0.0.1"]);
  assertEquals(await hostsWith({ host: "0.0.0.0" }), everywhere);
  assertEquals(
    await hostsWith({ publicUrl: "https://node.example" }),
    everywhere,
  );
  assertEquals(
    await hostsWith({ publicUrl: "http://localhost:8000" }),
    ["127.0.0.1"],
  );
});

Deno.test({
  name: `TURN over TLS shows files of its own, else those of the node` +
    opensslMissing,
  ignore: opensslMissing !== "",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const own = await makeCertificate(`${folder}/own`);
      await showCertificates({ own, ofNode: await makeCertificate(folder) });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: `files that change reach TURN, be they its own or the node's` +
    opensslMissing,
  ignore: opensslMissing !== "",
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const certificate = await makeCertificate(folder + "/");
      await changeFiles(certificate, { certificate, turn: LOCAL_TURN });
      await changeFiles(certificate, { turn: { ...LOCAL_TURN, certificate } });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

async function changeFiles(
  files: PemFiles,
  config: Partial<Config>,
): Promise<void> {
  const clock = new FakeClock();
  const { start, servers } = stillTurn();
  const node = await startTestNode(config, { clock, startTurn: start });
  const { certificates } = servers[0]!;
  await writeCertificate(files);
  clock.advance(10_000);
  while (certificates.length === 0) await nextTurn();
  const cert = await Deno.readTextFile(files.cert);
  assertEquals(certificates.map((taken) => taken.cert), [cert]);
  await node.close();
}

interface PemFiles {
  readonly cert: string;
  readonly key: string;
}

async function makeCertificate(name: string): Promise<PemFiles> {
  const files = { cert: `${name}-cert.pem`, key: `${name}-key.pem` };
  await writeCertificate(files);
  return files;
}

async function showCertificates(
  { own, ofNode }: { own: PemFiles; ofNode: PemFiles },
): Promise<void> {
  const shownWith = async (config: Partial<Config>) => {
    const { start, servers } = stillTurn();
    const node = await startTestNode(config, { startTurn: start });
    await node.close();
    return servers[0]!.options.certificate?.cert;
  };
  const turn = { ...LOCAL_TURN, certificate: own };
  const textOf = ({ cert }: PemFiles) => Deno.readTextFile(cert);
  assertEquals(await shownWith({ turn: LOCAL_TURN }), undefined);
  assertEquals(
    await shownWith({ turn: LOCAL_TURN, certificate: ofNode }),
    await textOf(ofNode),
  );
  assertEquals(
    await shownWith({ turn, certificate: ofNode }),
    await textOf(own),
  );
  const missing = { cert: "/nowhere.pem", key: "/nowhere.pem" };
  await assertRejects(
    () => shownWith({ turn: { ...turn, certificate: missing } }),
    Error,
    "--turn-cert",
  );
}
