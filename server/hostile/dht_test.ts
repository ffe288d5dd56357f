/** Contacts in the DHT that lie, babble or are silent. */

import { Buffer } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { encodeText, type MutableItem } from "@sigmesh/core/mutable_item";
import type { Hint } from "../mesh/dht/rendezvous.ts";
import {
  answer,
  error,
  type HostileContact,
  type Say,
  startHostileContact,
} from "../testing/hostile_contact.ts";
import { startPrivateDht } from "../testing/private_dht.ts";
import { createOwner, type TestDht, withDhts } from "../testing/test_dht.ts";

const TOKEN = Buffer.from("token");

/** A node of ours between so many good contacts and one that is not. */
async function withHostile(
  say: Say,
  { good }: { good: number },
  run: (dht: TestDht, hostile: HostileContact) => Promise<void>,
): Promise<void> {
  const others = await startPrivateDht(good);
  const hostile = startHostileContact(say);
  const bootstrap = [...others.bootstrap, hostile];
  await withDhts([{ bootstrap }], async (dht) => {
    await run(dht!, hostile);
    assertEquals(dht!.totals.faults, 0);
  });
  hostile.close();
  await others.close();
}

/** As a contact gives it. */
function fieldsOf({ k, seq, v, sig }: MutableItem) {
  const value = Buffer.from(v.slice(v.indexOf(58) + 1));
  return { k: Buffer.from(k), seq, v: value, sig: Buffer.from(sig) };
}

Deno.test("forged items of any number lose to the one that was signed", async () => {
  const owner = await createOwner();
  const [item, salted] = [await owner("true", 1), await owner("s", 9, "salt")];
  const forgeries = [
    { ...item, seq: 2 },
    { ...item, seq: 2 ** 53 - 1, v: encodeText("lie") },
    { ...item, seq: 3, sig: new Uint8Array(64) },
    { ...item, seq: 4, sig: new Uint8Array(3) },
    { ...await (await createOwner())("of another key", 5) },
    salted, // signed by the same key, for another place
  ];
  for (const forgery of forgeries) {
    const say: Say = () => ({ token: TOKEN, ...fieldsOf(forgery) });
    await withHostile(say, { good: 3 }, async (dht, hostile) => {
      assert((await dht.put(item)).ok);
      assertEquals(await dht.get(item), { ok: true, item });
      assert(hostile.heard.includes("get"));
    });
  }
});

Deno.test("an old item that is held on to does not hide the latest", async () => {
  const owner = await createOwner();
  const [old, latest] = [await owner("old", 1), await owner("latest", 2)];
  const say: Say = () => ({ token: TOKEN, ...fieldsOf(old) });
  await withHostile(say, { good: 3 }, async (dht) => {
    assert((await dht.put(latest)).ok);
    assertEquals(await dht.get(latest), { ok: true, item: latest });
  });
});

const BABBLE: Record<string, Say> = {
  "nothing at all": () => undefined,
  "bytes that are no bencoding": () => Buffer.from("d1:x"),
  "an id that is a number": (heard) => answer(heard, { id: 5 }),
  "an id that is short": (heard) => answer(heard, { id: Buffer.alloc(3) }),
  "a list in place of an answer": ({ t }) =>
    Buffer.concat([Buffer.from("d1:rle1:t2:"), t, Buffer.from("1:y1:re")]),
  "nodes that are none": (heard) => answer(heard, { nodes: [1, 2] }),
  "a token that is a list": (heard) => answer(heard, { token: [TOKEN] }),
  "a key that is a number": (heard) =>
    answer(heard, { token: TOKEN, k: 1, sig: 2, seq: "x", v: 1 }),
  "a value of lists in lists": (heard) =>
    answer(heard, { v: JSON.parse("[".repeat(900) + "]".repeat(900)) }),
  "two thousand bytes": () => Buffer.alloc(2048, "9"),
};

for (const [what, say] of Object.entries(BABBLE)) {
  Deno.test(`a contact that answers with ${what} keeps nobody waiting`, async () => {
    const item = await (await createOwner())("true", 1);
    await withHostile(say, { good: 2 }, async (dht) => {
      const put = await dht.put(item);
      assert(put.ok && put.stored >= 2);
      assertEquals(await dht.get(item), { ok: true, item });
    });
  });
}

Deno.test("one contact's word that there is a conflict does not count against those who stored", async () => {
  const item = await (await createOwner())("true", 1);
  const say: Say = (heard) =>
    heard.q === "put" ? error(heard, 302) : { token: TOKEN };
  await withHostile(say, { good: 2 }, async (dht) => {
    assertEquals(await dht.put(item), { ok: true, stored: 2 });
  });
});

Deno.test("addresses of nodes are taken from a contact up to a share, and only where they are some", async () => {
  const value = (port: number, bytes = 6) => {
    const written = Buffer.alloc(bytes, 127);
    written.writeUInt16BE(port, 4);
    return written;
  };
  const hints: Hint[] = [];
  const many = Array.from({ length: 100 }, (_, i) => value(1000 + i));
  const odd = [1, Buffer.alloc(0), value(7, 18), value(0), [value(8)]];
  const hostile = startHostileContact(() => ({ values: [...odd, ...many] }));
  const rendezvous = {
    announcePort: () => 5000,
    onHint: (hint: Hint) => hints.push(hint),
  };
  await withDhts([{ bootstrap: [hostile], rendezvous }], async (dht) => {
    await dht!.firstRound;
    const ports = hints.map(({ port }) => port);
    assertEquals(ports, Array.from({ length: 15 }, (_, i) => 1000 + i));
  });
  assert(!hostile.heard.includes("announce_peer")); // it gave no token
  hostile.close();
});
