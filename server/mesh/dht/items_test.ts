/** Items in a DHT of others, over real sockets. */

import { assert, assertEquals } from "@std/assert";
import { signMutableItem } from "@sigmesh/core/mutable_item";
import { startPrivateDht } from "../../testing/private_dht.ts";
import {
  createOwner,
  createTestDht,
  freePort,
  withDhts,
} from "../../testing/test_dht.ts";

Deno.test("what one node puts another gets, also when the first is gone", async () => {
  const others = await startPrivateDht();
  const { bootstrap } = others;
  const item = await (await createOwner())("hello", 1);
  const salted = { ...await (await createOwner())("salted", 3, "a salt") };
  await withDhts([{ bootstrap }], async (first) => {
    for (const put of [item, salted]) {
      const result = await first!.put(put);
      assert(result.ok && result.stored > 0);
    }
  });
  await withDhts([{ bootstrap }], async (second) => {
    for (const put of [item, salted]) {
      assertEquals(await second!.get(put), { ok: true, item: put });
    }
    const { k } = salted;
    const none = { ok: false, reason: "not-found" } as const;
    assertEquals(await second!.get({ k, salt: new Uint8Array() }), none);
    assertEquals(second!.totals.gets, {
      "found": 2,
      "not-found": 1,
      "unavailable": 0,
    });
  });
  await others.close();
});

Deno.test("two nodes alone keep for each other what they put", async () => {
  const item = await (await createOwner())("hello", 0);
  const port = freePort();
  const bootstrap = [{ host: "127.0.0.1", port }];
  const first = createTestDht({ bootstrap }); // its own name says that the DHT is private
  first.start(port);
  await withDhts([{ bootstrap }], async (second) => {
    assertEquals(await second!.put(item), { ok: true, stored: 1 });
    assertEquals(await second!.get(item), { ok: true, item });
    assertEquals(await first.get(item), { ok: true, item }); // it keeps it itself
  });
  await first.close();
  assertEquals(first.faulted, []);
});

Deno.test("a later item is got at once, past what was got before", async () => {
  const { bootstrap, close } = await startPrivateDht();
  const owner = await createOwner();
  await withDhts([{ bootstrap }, { bootstrap }], async (one, other) => {
    for (const seq of [1, 2, 5]) {
      const item = await owner(`version ${seq}`, seq);
      assert((await one!.put(item)).ok);
      assertEquals(await other!.get(item), { ok: true, item });
      assertEquals(await one!.get(item), { ok: true, item });
    }
  });
  await close();
});

Deno.test("an earlier item, another of the same number, and one that expected another are conflicts", async () => {
  const { bootstrap, close } = await startPrivateDht();
  const owner = await createOwner();
  await withDhts([{ bootstrap }, { bootstrap }], async (one, other) => {
    const item = await owner("fifth", 5);
    assert((await one!.put(item)).ok);
    const conflict = { ok: false, reason: "conflict", seq: 5 } as const;
    assertEquals(await other!.put(await owner("fourth", 4)), conflict);
    assertEquals(await other!.put(await owner("other", 5)), conflict);
    const next = await owner("sixth", 6);
    assertEquals(await other!.put({ ...next, cas: 4 }), conflict);
    const again = await other!.put(item); // keeps it alive
    assert(again.ok && again.stored > 0);
    assert((await other!.put({ ...next, cas: 5 })).ok);
    assertEquals(await one!.get(item), { ok: true, item: next });
  });
  await close();
});

Deno.test("integers, lists and dictionaries are kept and got byte by byte", async () => {
  const { bootstrap, close } = await startPrivateDht();
  const pair = await crypto.subtle.generateKey("Ed25519", false, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const values = ["i-42e", "li1e3:twod1:xleee", "d1:ai1e1:b0:e", "0:"];
  await withDhts([{ bootstrap }], async (dht) => {
    for (const [seq, text] of values.entries()) {
      const v = new TextEncoder().encode(text);
      const item = await signMutableItem(pair, { seq, v });
      assert((await dht!.put(item)).ok, text);
      assertEquals(await dht!.get(item), { ok: true, item });
    }
  });
  await close();
});
