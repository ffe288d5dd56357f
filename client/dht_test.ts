/** What the client makes of items: real nodes in a private DHT, and a liar between. */

import { assertEquals, assertRejects } from "@std/assert";
import { startPrivateDht } from "../server/testing/private_dht.ts";
import { createOwner } from "../server/testing/test_dht.ts";
import { localDht, startTestNode } from "../server/testing/test_node.ts";
import * as items from "./dht.ts";
import { NodeProtocolError } from "./errors.ts";
import { NodeClient } from "./node_client.ts";

const { dhtGet, dhtPut, encodeText, signMutableItem } = items;

Deno.test("the client believes no node: an item that its owner did not sign is refused", async () => {
  const { bootstrap, close } = await startPrivateDht();
  const node = await startTestNode({ dht: localDht(bootstrap) });
  await node.parts.dht!.joined;
  const item = await (await createOwner())("hello", 1);
  const stranger = await (await createOwner())("hello", 1);
  await dhtPut(new NodeClient(node.origin), item);
  for (
    const lie of [
      { v: "NTp3b3JsZA" },
      { seq: 2 },
      { k: stranger.k.toBase64({ alphabet: "base64url", omitPadding: true }) },
      { salt: "AA" },
    ]
  ) {
    const client = new NodeClient(node.origin, {
      async fetch(...args) {
        const response = await fetch(...args);
        const told = await response.json();
        return Response.json(
          response.status === 200 ? { ...told, ...lie } : told,
          { status: response.status },
        );
      },
    });
    const asked = dhtGet(client, item);
    if ("k" in lie || "salt" in lie) {
      const { k, salt } = (await asked)!; // it is the key that was asked for which counts
      assertEquals({ k, salt }, { k: item.k, salt: item.salt });
    } else {
      await assertRejects(() => asked, NodeProtocolError, "did not sign");
    }
  }
  await node.close();
  await close();
});

Deno.test("an item that was altered, or is too large, is not even paid for", async () => {
  const client = new NodeClient("http://127.0.0.1:9");
  const item = await (await createOwner())("hello", 1);
  await assertRejects(() => dhtPut(client, { ...item, seq: 2 }), TypeError);
  const pair = await crypto.subtle.generateKey("Ed25519", false, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const large = await signMutableItem(pair, {
    seq: 1,
    v: encodeText("x".repeat(800)),
  });
  await assertRejects(() => dhtPut(client, large), RangeError, "1024 bytes");
});

Deno.test("the guide's script publishes and finds what it published", async () => {
  const guide = await Deno.readTextFile(
    new URL("../docs/guide.md", import.meta.url),
  );
  const { bootstrap, close } = await startPrivateDht();
  const node = await startTestNode({ dht: localDht(bootstrap) });
  await node.parts.dht!.joined;
  const [, script] = [...guide.matchAll(/^```ts ignore\n([^]*?)^```/gm)]
    .find(([block]) => block.includes("dhtPut"))!;
  const modules = {
    "@sigmesh/client": { NodeClient },
    "@sigmesh/client/dht": items,
  };
  const body = script!.replaceAll("https://node.example", node.origin)
    .replaceAll(/import (\{[^}]*\}) from (".*");/g, "const $1 = modules[$2];");
  const said: unknown[] = [];
  const log = { log: (...words: unknown[]) => said.push(...words) };
  const run = new Function(
    ...["modules", "console"],
    `return (async () => {${body}})()`,
  );
  await run(modules, log);
  assertEquals(said, ["table-7"]);
  assertEquals(node.faults, []);
  await node.close();
  await close();
});
