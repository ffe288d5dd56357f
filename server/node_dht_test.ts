/** Whole nodes and a DHT of others: bought over HTTP, carried over UDP. */

import { assert, assertEquals, assertMatch, assertRejects } from "@std/assert";
import { problemCodeOf } from "@sigmesh/core/wire";
import { dhtGet, dhtPut } from "../client/dht.ts";
import { NodeRefusalError } from "../client/errors.ts";
import { NodeClient } from "../client/node_client.ts";
import type { Config } from "./config.ts";
import { parseContacts } from "./mesh/dht/contacts.ts";
import { fitsAddress } from "./mesh/dht/node_id.ts";
import { createNetwork } from "./mesh/members/network.ts";
import { startPrivateDht } from "./testing/private_dht.ts";
import { createOwner } from "./testing/test_dht.ts";
import { localDht, startTestNode, type TestNode } from "./testing/test_node.ts";

/** Starts a node that has joined. */
async function startJoined(config: Partial<Config>): Promise<TestNode> {
  const node = await startTestNode(config);
  await node.parts.dht!.joined;
  return node;
}

async function codeOf(refused: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => refused, NodeRefusalError);
  return problemCodeOf(error.problem);
}

Deno.test("what is put by one node is got by another, also when the first is gone", async () => {
  const { bootstrap, close } = await startPrivateDht();
  const owner = await createOwner();
  const item = await owner("hello", 1, "greetings");
  const [first, second] = [
    await startJoined({ dht: localDht(bootstrap) }),
    await startJoined({ dht: localDht(bootstrap) }),
  ];
  const receipt = await dhtPut(new NodeClient(first.origin), item);
  assert(receipt.stored > 0);
  const other = new NodeClient(second.origin);
  const { height } = await other.facts();
  await first.close();
  const got = await dhtGet(other, item);
  const { cost, ...found } = got!;
  assertEquals(found, item);
  assertEquals(cost.height, height + 1); // weight 2
  assertEquals(receipt.cost.height, height + 2); // weight 4
  assertEquals(await dhtGet(other, { k: item.k }), undefined); // another salt
  const late = await codeOf(dhtPut(other, await owner("old", 0, "greetings")));
  assertEquals(late, "dht-conflict");
  await second.close();
  await close();
  assertEquals([first, second].flatMap(({ faults }) => faults), []);
});

Deno.test("contacts are kept in --data-dir, and lead a node back without bootstrap", async () => {
  const { bootstrap, contacts, close } = await startPrivateDht();
  const dataDir = `${await Deno.makeTempDir()}/new`;
  const item = await (await createOwner())("hello", 1);
  const first = await startJoined({ dataDir, dht: localDht(bootstrap) });
  await dhtPut(new NodeClient(first.origin), item);
  await first.close();
  const file = await Deno.readTextFile(`${dataDir}/dht_contacts.json`);
  const ports = parseContacts(JSON.parse(file)).map(({ port }) => port);
  assertEquals(ports.toSorted(), contacts.map(({ port }) => port).toSorted());
  const gone = [{ host: "127.0.0.1", port: 9 }];
  const second = await startJoined({ dataDir, dht: localDht(gone) });
  assert(await dhtGet(new NodeClient(second.origin), item) !== undefined);
  await second.close();
  await close();
  await Deno.remove(dataDir, { recursive: true });
  assertEquals([first, second].flatMap(({ faults }) => faults), []);
});

Deno.test("a node that has not joined starts at once, and sells nothing of the DHT", async () => {
  const nobody = [{ host: "127.0.0.1", port: 9 }];
  const node = await startTestNode({ dht: localDht(nobody), metrics: true });
  const item = await (await createOwner())("hello", 1);
  const client = new NodeClient(node.origin);
  assertEquals(await codeOf(dhtGet(client, item)), "dht-unavailable");
  assertEquals(await codeOf(dhtPut(client, item)), "dht-unavailable");
  const metrics = await (await fetch(`${node.origin}/metrics`)).text();
  assertMatch(metrics, /^sigmesh_admissions_total 0$/m);
  assertMatch(metrics, /^sigmesh_dht_contacts 0$/m);
  await node.close();
  assertEquals(node.faults, []);
});

Deno.test("a default port of the DHT that is taken gives way, one that was asked for is an error", async () => {
  const at = { transport: "udp", hostname: "127.0.0.1", port: 0 } as const;
  const taken = Deno.listenDatagram(at);
  const { port } = taken.addr as Deno.NetAddr;
  const dht = { ...localDht([{ host: "127.0.0.1", port: 9 }]), port };
  await assertRejects(
    () => startTestNode({ dht }),
    Error,
    "the DHT cannot listen",
  );
  const warnings: string[] = [];
  const node = await startTestNode({ dht: { ...dht, isPortExplicit: false } }, {
    warn: (message) => warnings.push(message),
  });
  assertMatch(warnings.join(), new RegExp(`^Port ${port} of the DHT is taken`));
  assert(node.parts.dht!.endpoint.port !== port);
  await node.close();
  taken.close();
});

Deno.test("a node whose public address is known has an id of the DHT that fits it", async () => {
  const addresses = ["2001:db8::1", "10.0.0.1", "124.31.75.21"];
  const network = {
    ...createNetwork(),
    resolve: () => Promise.resolve(addresses),
  };
  const dht = localDht([{ host: "127.0.0.1", port: 9 }]);
  const publicUrl = "https://node.example";
  const node = await startTestNode({ dht, publicUrl }, { network });
  assert(fitsAddress(node.parts.dht!.id, "124.31.75.21"));
  await node.close();
});

Deno.test("a folder that cannot be used for data keeps a node from starting", async () => {
  const file = await Deno.makeTempFile();
  await assertRejects(
    () => startTestNode({ dataDir: `${file}/folder` }),
    Error,
    "--data-dir",
  );
  await Deno.remove(file);
});
