import { Buffer } from "node:buffer";
import { assertEquals } from "@std/assert";
import { FakeClock } from "../../testing/fake_clock.ts";
import { turn } from "../../testing/fake_sink.ts";
import { askOnce, startHostileContact } from "../../testing/hostile_contact.ts";
import { withDhts } from "../../testing/test_dht.ts";
import type { Hint } from "./rendezvous.ts";

const MINUTE_MS = 60_000;

/** Where somebody is, as a contact writes it. */
function valueOf({ host, port }: Hint): Buffer {
  const value = Buffer.from([...host.split(".").map(Number), 0, 0]);
  value.writeUInt16BE(port, 4);
  return value;
}

/** A contact that names one node, and what it was told itself. */
function startContact(hint: Hint) {
  const announced: Record<string, unknown>[] = [];
  const contact = startHostileContact(({ q, a }) => {
    if (q === "announce_peer") announced.push(a);
    return { token: Buffer.from("token"), values: [valueOf(hint)] };
  });
  return { ...contact, announced };
}

async function placeOf(n: number): Promise<Buffer> {
  const text = new TextEncoder().encode(`sigmesh/1/${n}`);
  return Buffer.from(await crypto.subtle.digest("SHA-1", text));
}

const SOMEBODY = { host: "127.0.0.1", port: 1234 };

Deno.test("a node announces its port at four places, and is told each address once a round", async () => {
  const contact = startContact(SOMEBODY);
  const hints: Hint[] = [];
  const rendezvous = {
    announcePort: () => 5000,
    onHint: (hint: Hint) => hints.push(hint),
  };
  await withDhts([{ bootstrap: [contact], rendezvous }], async (dht) => {
    await dht!.firstRound;
    assertEquals(hints, [SOMEBODY]);
    const places = contact.announced.map(({ info_hash }) =>
      (info_hash as Buffer).toString("hex")
    );
    const expected = await Promise.all([0, 1, 2, 3].map(placeOf));
    assertEquals(places, expected.map((place) => place.toString("hex")));
    for (const { port, implied_port, token } of contact.announced) {
      assertEquals([port, implied_port, `${token}`], [5000, 0, "token"]);
    }
  });
  contact.close();
});

Deno.test("a node that announces nothing looks all the same", async () => {
  const contact = startContact(SOMEBODY);
  const hints: Hint[] = [];
  const rendezvous = {
    announcePort: () => null,
    onHint: (hint: Hint) => hints.push(hint),
  };
  await withDhts([{ bootstrap: [contact], rendezvous }], async (dht) => {
    await dht!.firstRound;
    assertEquals([hints, contact.announced], [[SOMEBODY], []]);
  });
  contact.close();
});

for (const [chance, minutes] of [[0, 3], [0.999_999, 6]] as const) {
  Deno.test(`rounds follow sooner at first, then after ${minutes} minutes where chance says ${chance}`, async () => {
    const clock = new FakeClock();
    let asked = 0;
    const contact = startHostileContact(() => {
      const hint = { host: "127.0.0.1", port: 1024 + ++asked };
      return { token: Buffer.from("token"), values: [valueOf(hint)] };
    });
    let ended = Promise.withResolvers<void>();
    const rendezvous = {
      announcePort: () => null,
      onHint({ port }: Hint) {
        if (port % 4 === 0) ended.resolve(); // of the last place
      },
    };
    const random = () => chance;
    const dht = { bootstrap: [contact], clock, random, rendezvous };
    await withDhts([dht], async () => {
      await ended.promise;
      const soon = [5, 10, 20, 40, 80, 160].map((seconds) => seconds * 1000);
      for (const pauseMs of [...soon, minutes * MINUTE_MS]) {
        await turn();
        const before = asked;
        clock.advance(pauseMs - 5001);
        await turn();
        assertEquals(asked, before, `sooner than ${pauseMs} ms`);
        ended = Promise.withResolvers();
        clock.advance(5001);
        await ended.promise;
        assertEquals(asked, before + 4);
      }
    });
    contact.close();
  });
}

Deno.test("who announces at this node is heard of at once, and who does so elsewhere not at all", async () => {
  const contact = startContact(SOMEBODY);
  const hints: Hint[] = [];
  const { promise: told, resolve } = Promise.withResolvers<void>();
  const rendezvous = {
    announcePort: () => null,
    onHint(hint: Hint) {
      hints.push(hint);
      if (hints.length === 2) resolve();
    },
  };
  await withDhts([{ bootstrap: [contact], rendezvous }], async (dht) => {
    await dht!.firstRound;
    const { endpoint } = dht!;
    for (const place of [Buffer.alloc(20, 9), await placeOf(3)]) {
      const asked = await askOnce(endpoint, "get_peers", { info_hash: place });
      const { token } = asked.r as { token: Buffer };
      const a = { info_hash: place, port: 77, implied_port: 0, token };
      await askOnce(endpoint, "announce_peer", a);
    }
    await told;
    assertEquals(hints, [SOMEBODY, { host: "127.0.0.1", port: 77 }]);
  });
  contact.close();
});
