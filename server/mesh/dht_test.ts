/** Our nodes in a DHT of others, over real sockets. */

import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { signMutableItem } from "@sigmesh/core/mutable_item";
import { startPrivateDht } from "../testing/private_dht.ts";
import { createOwner, createTestDht, withDhts } from "../testing/test_dht.ts";
import type { Contact, ContactStore } from "./dht_contacts.ts";

function listen(): Deno.DatagramConn {
  const at = { transport: "udp", hostname: "127.0.0.1", port: 0 } as const;
  return Deno.listenDatagram(at);
}

function freePort(): number {
  const socket = listen();
  socket.close();
  return (socket.addr as Deno.NetAddr).port;
}

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

Deno.test("a node that knows nobody says so, and joins when somebody is there", async () => {
  const item = await (await createOwner())("hello", 1);
  const port = freePort();
  const bootstrap = [{ host: "127.0.0.1", port }];
  const told = Promise.withResolvers<string>();
  const dht = createTestDht({ bootstrap, tell: told.resolve });
  dht.start(0);
  assertMatch(await told.promise, /^not joined/);
  assertEquals([dht.isJoined, dht.contacts], [false, 0]);
  const unavailable = { ok: false, reason: "unavailable" } as const;
  assertEquals(await dht.get(item), unavailable);
  assertEquals(await dht.put(item), unavailable);
  const late = createTestDht({ bootstrap });
  late.start(port);
  await dht.joined;
  assert(dht.isJoined);
  await dht.close();
  await late.close();
});

Deno.test("contacts survive a restart without those to bootstrap from", async () => {
  const { bootstrap, contacts, close } = await startPrivateDht();
  let saved: readonly Contact[] = [];
  const store: ContactStore = {
    load: () => Promise.resolve(saved),
    save: (contacts) => Promise.resolve(void (saved = contacts)),
  };
  const item = await (await createOwner())("hello", 1);
  await withDhts([{ bootstrap, contacts: store }], async (dht) => {
    assert((await dht!.put(item)).ok);
  });
  const ports = (all: readonly Contact[]) =>
    all.map(({ port }) => port).toSorted();
  assertEquals(ports(saved), ports(contacts));
  const gone = [{ host: "127.0.0.1", port: 9 }]; // nobody, yet it says that the DHT is private
  await withDhts([{ bootstrap: gone, contacts: store }], async (dht) => {
    assertEquals(await dht!.get(item), { ok: true, item });
  });
  await close();
});

Deno.test("closing ends what is under way", async () => {
  const silent = listen();
  const { port } = silent.addr as Deno.NetAddr;
  const dht = createTestDht({ bootstrap: [{ host: "127.0.0.1", port }] });
  dht.start(0);
  await silent.receive(); // joining is under way
  const started = performance.now();
  await dht.close();
  assert(performance.now() - started < 1000);
  silent.close();
});

Deno.test("a port that is taken is an error with the system's code, and another may be tried", async () => {
  const taken = listen();
  const { port } = taken.addr as Deno.NetAddr;
  const dht = createTestDht();
  const error = assertThrows(() => dht.start(port)) as { code?: string };
  assertEquals(error.code, "EADDRINUSE");
  dht.start(0);
  assert(dht.endpoint.port > 0);
  await dht.close();
  taken.close();
});

Deno.test("requests beyond those at once and those that wait are unavailable", async () => {
  const { bootstrap, close } = await startPrivateDht(2);
  const owner = await createOwner();
  const item = await owner("hello", 1);
  await withDhts([{ bootstrap }], async (dht) => {
    const all = Array.from({ length: 60 }, () => dht!.get(item));
    assert(dht!.isFull);
    const results = await Promise.all(all);
    const unavailable = results.filter((result) =>
      !result.ok && result.reason === "unavailable"
    );
    assertEquals(unavailable.length, 60 - 16 - 32);
    assert(!dht!.isFull);
  });
  await close();
});
