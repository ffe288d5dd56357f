/** Our DHT beside a foreign one: libtorrent, which qBittorrent and Deluge are made of. */

import { assert, assertEquals } from "@std/assert";
import {
  decodeText,
  encodeText,
  signMutableItem,
} from "@sigmesh/core/mutable_item";
import {
  libtorrentMissing,
  startLibtorrent,
} from "../../testing/libtorrent.ts";
import { createTestDht, type TestDht } from "../../testing/test_dht.ts";
import type { Hint, RendezvousOptions } from "./rendezvous.ts";

const HOST = "127.0.0.1";

async function withForeign(
  run: (
    foreign: Awaited<ReturnType<typeof startLibtorrent>>,
    ours: readonly TestDht[],
  ) => Promise<void>,
  rendezvous: readonly [
    RendezvousOptions | null,
    RendezvousOptions | null,
  ] = [null, null],
): Promise<void> {
  const foreign = await startLibtorrent();
  const bootstrap = [{ host: HOST, port: foreign.port }];
  const ours = rendezvous.map((rendezvous) =>
    createTestDht({ bootstrap, rendezvous })
  );
  try {
    for (const dht of ours) {
      dht.start(0);
      await dht.joined;
      await foreign.ask({ add: dht.endpoint.port });
      await dht.firstRound;
    }
    await run(foreign, ours);
    assertEquals(ours.flatMap(({ faulted }) => faulted), []);
  } finally {
    for (const dht of ours) await dht.close();
    await foreign.close();
  }
}

/** A key pair, and as libtorrent takes it: hex of seed and public key. */
async function createKey() {
  const pair = await crypto.subtle.generateKey("Ed25519", true, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const export_ = async (format: "raw" | "pkcs8", key: CryptoKey) =>
    new Uint8Array(await crypto.subtle.exportKey(format, key) as ArrayBuffer);
  const k = await export_("raw", pair.publicKey);
  const seed = (await export_("pkcs8", pair.privateKey)).slice(-32);
  return { pair, k, hex: { k: k.toHex(), seed: seed.toHex() } };
}

function interopTest(name: string, fn: () => Promise<void>): void {
  const ignore = libtorrentMissing !== "";
  Deno.test({ name: name + libtorrentMissing, ignore, fn });
}

for (const salt of ["", "a salt"]) {
  const how = salt === "" ? "without salt" : "with salt";

  interopTest(`libtorrent gets what we put, ${how}`, async () => {
    const { pair, hex } = await createKey();
    await withForeign(async (foreign, [dht]) => {
      const item = await signMutableItem(pair, {
        seq: 7,
        v: encodeText("from us"),
        salt: new TextEncoder().encode(salt),
      });
      const put = await dht!.put(item);
      assert(put.ok && put.stored === 2); // libtorrent and our other node
      const got = await foreign.ask({ get: hex.k, salt });
      assertEquals(got, { seq: 7, text: "from us" });
    });
  });

  interopTest(`we get what libtorrent put, ${how}`, async () => {
    const { k, hex } = await createKey();
    await withForeign(async (foreign, ours) => {
      const put = await foreign.ask({ put: "from afar", salt, ...hex });
      assertEquals(put, { stored: 3 }); // it counts itself
      const key = { k, salt: new TextEncoder().encode(salt) };
      for (const dht of ours) {
        const got = await dht.get(key);
        assert(got.ok);
        assertEquals(decodeText(got.item.v), "from afar");
      }
    });
  });
}

interopTest(
  "libtorrent and our other node find where we announce ourselves",
  async () => {
    const hints: Hint[] = [];
    await withForeign(async (foreign) => {
      assertEquals(hints, [{ host: HOST, port: 4444 }]); // of four places, once
      for (const n of [0, 1, 2, 3]) {
        const place = new TextEncoder().encode(`sigmesh/1/${n}`);
        const hash = new Uint8Array(await crypto.subtle.digest("SHA-1", place));
        const { peers } = await foreign.ask({ peers: hash.toHex() });
        assertEquals(peers, [[HOST, 4444]]);
      }
    }, [
      { announcePort: () => 4444, onHint: () => {} },
      { announcePort: () => null, onHint: (hint) => hints.push(hint) },
    ]);
  },
);
