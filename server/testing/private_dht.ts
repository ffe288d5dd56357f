/** A DHT of its own on one address of this machine: nodes of bittorrent-dht as others run it, none of ours. */

import { once } from "node:events";
import { createPublicKey, verify } from "node:crypto";
import { Buffer } from "node:buffer";
import DHT from "bittorrent-dht";
import type { Contact } from "../mesh/dht/contacts.ts";

/** Such a DHT. */
export interface PrivateDht {
  /** Whom to ask first. */
  readonly bootstrap: readonly Contact[];
  /** All its nodes. */
  readonly contacts: readonly Contact[];
  close(): Promise<void>;
}

/** Starts so many nodes, each of which knows others. */
export async function startPrivateDht(
  size = 4,
  host = "127.0.0.1",
): Promise<PrivateDht> {
  const nodes: DHT[] = [];
  for (let i = 0; i < size; i++) {
    const first = nodes[0]?.address().port;
    const bootstrap = first === undefined ? false : [`${host}:${first}`];
    const node = new DHT({ bootstrap, verify: isSigned } as const);
    node.listen(0, host);
    const isReady = once(node, "ready");
    await once(node, "listening");
    await isReady;
    nodes.push(node);
  }
  const contacts = nodes.map((node) => ({
    host,
    port: node.address().port,
  }));
  return {
    bootstrap: contacts.slice(0, 1),
    contacts,
    async close() {
      await Promise.all(
        nodes.map((node) => new Promise<void>((done) => node.destroy(done))),
      );
    },
  };
}

function isSigned(sig: unknown, signed: Uint8Array, k: unknown): boolean {
  const der = Buffer.concat([
    Buffer.from("302a300506032b6570032100", "hex"),
    k as Buffer,
  ]);
  const key = createPublicKey({ key: der, format: "der", type: "spki" });
  return verify(null, signed, key, sig as Buffer);
}
