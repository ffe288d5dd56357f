/** Our nodes in a DHT of others, over real sockets. */

import { Buffer } from "node:buffer";
import { assert, assertEquals, assertMatch, assertThrows } from "@std/assert";
import { targetOfItem } from "@sigmesh/core/mutable_item";
import { askOnce } from "../../testing/hostile_contact.ts";
import { startPrivateDht } from "../../testing/private_dht.ts";
import {
  createOwner,
  createTestDht,
  freePort,
  withDhts,
} from "../../testing/test_dht.ts";
import type { Contact, ContactStore } from "./contacts.ts";

function listen(): Deno.DatagramConn {
  const at = { transport: "udp", hostname: "127.0.0.1", port: 0 } as const;
  return Deno.listenDatagram(at);
}

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

Deno.test("a DHT that is lost is joined again when it is back", async () => {
  const item = await (await createOwner())("hello", 1);
  const others = await startPrivateDht(1);
  const { bootstrap } = others;
  const joined = [0, 1].map(() => Promise.withResolvers<void>());
  const left = [...joined];
  function tell(message: string): void {
    if (message.startsWith("joined")) left.shift()?.resolve();
  }
  await withDhts([{ bootstrap, tell }], async (dht) => {
    await joined[0]!.promise;
    await others.close();
    const lost = await dht!.get(item); // notices that its contact is gone
    assertEquals(lost, { ok: false, reason: "unavailable" });
    const back = createTestDht({ bootstrap });
    back.start(bootstrap[0]!.port);
    await joined[1]!.promise;
    assert(dht!.isJoined);
    await back.close();
  });
});

Deno.test("where public routers are asked, none makes private addresses reachable", async () => {
  const others = await startPrivateDht(1);
  const told = Promise.withResolvers<string>();
  const dht = createTestDht({
    bootstrap: others.bootstrap,
    mayBePrivate: false,
    tell: told.resolve,
  });
  dht.start(0);
  assertMatch(await told.promise, /^not joined/);
  assert(dht.totals.dropped.private > 0);
  await dht.close();
  await others.close();
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

Deno.test("it serves others: items with their owner's signature, and of many announcements a part", async () => {
  const { bootstrap, close } = await startPrivateDht(1);
  await withDhts([{ bootstrap }], async (dht) => {
    const { endpoint } = dht!;
    const target = Buffer.alloc(20, 2);
    const found = await askOnce(endpoint, "get_peers", { info_hash: target });
    const { token } = found.r as { token: Buffer };
    for (let port = 1; port <= 100; port++) {
      const a = { info_hash: target, port, implied_port: 0, token };
      await askOnce(endpoint, "announce_peer", a);
    }
    const { r } = await askOnce(endpoint, "get_peers", { info_hash: target });
    assertEquals((r as { values: unknown[] }).values.length, 50);

    const item = await (await createOwner())("hello", 1);
    const { k, sig } = { k: Buffer.from(item.k), sig: Buffer.from(item.sig) };
    const place = Buffer.from(await targetOfItem(item));
    const put = { k, seq: 1, sig, token };
    const stored = await askOnce(endpoint, "put", { ...put, v: "hello" });
    assertEquals(`${stored.y}`, "r");
    const got = await askOnce(endpoint, "get", { target: place });
    assertEquals(`${(got.r as { v: Buffer }).v}`, "hello");
    const old = await askOnce(endpoint, "put", { ...put, v: "hello" });
    assertEquals((old.e as unknown[])[0], 302);
    const odd = `d1:ad2:id20:${"x".repeat(20)}e1:q9:__proto__1:t2:aa1:y1:qe`;
    const stranger = listen();
    await stranger.send(Buffer.from(odd), {
      ...{ transport: "udp", hostname: "127.0.0.1", port: endpoint.port },
    });
    stranger.close();
    await askOnce(endpoint, "ping", {}); // after which that has come
    const { get_peers, announce_peer, put: puts, other } = dht!.totals.queries;
    assertEquals([get_peers, announce_peer, puts, other], [2, 100, 2, 1]);
    assertEquals(dht!.kept, { items: 1, announcements: 100 });
  });
  await close();
});
