/** Our nodes of the DHT on loopback, and items for them. */

import { assertEquals } from "@std/assert";
import {
  encodeText,
  type MutableItem,
  signMutableItem,
} from "@sigmesh/core/mutable_item";
import { createSystemClock } from "../clock.ts";
import { Dht, type DhtOptions } from "../mesh/dht/dht.ts";
import { NO_STORE } from "../mesh/dht/contacts.ts";

/** With what went wrong inside, and what it told. */
export type TestDht = Dht & {
  readonly faulted: unknown[];
  readonly told: string[];
};

/** One that has no one to ask unless it is told. */
export function createTestDht(
  options: Partial<DhtOptions> = {},
): TestDht {
  const faulted: unknown[] = [];
  const told: string[] = [];
  const dht = new Dht({
    host: "127.0.0.1",
    bootstrap: [],
    mayBePrivate: true,
    contacts: NO_STORE,
    rendezvous: null,
    clock: createSystemClock(),
    random: () => 0,
    tell: (message) => told.push(message),
    onFault: (fault) => faulted.push(fault),
    ...options,
  });
  return Object.assign(dht, { faulted, told });
}

/** Runs with nodes that have joined, are closed after, and must have no fault. */
export async function withDhts(
  all: readonly Partial<DhtOptions>[],
  run: (...dhts: TestDht[]) => Promise<void>,
): Promise<void> {
  const dhts = all.map(createTestDht);
  try {
    for (const dht of dhts) {
      dht.start(0);
      await dht.joined;
    }
    await run(...dhts);
    assertEquals(dhts.flatMap(({ faulted }) => faulted), []);
  } finally {
    await Promise.all(dhts.map((dht) => dht.close()));
  }
}

/** Somebody who publishes. */
export async function createOwner(): Promise<
  (text: string, seq: number, salt?: string) => Promise<MutableItem>
> {
  const pair = await crypto.subtle.generateKey("Ed25519", false, [
    "sign",
    "verify",
  ]) as CryptoKeyPair;
  const utf8 = new TextEncoder();
  return (text, seq, salt = "") =>
    signMutableItem(pair, {
      seq,
      v: encodeText(text),
      salt: utf8.encode(salt),
    });
}

/** A UDP port that nobody has; somebody else may take it before it is used. */
export function freePort(): number {
  const at = { transport: "udp", hostname: "127.0.0.1", port: 0 } as const;
  const socket = Deno.listenDatagram(at);
  socket.close();
  return (socket.addr as Deno.NetAddr).port;
}
