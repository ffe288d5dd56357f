/** Signals sealed for those who know the room, and opened once. */

import { decodeBase64url, encodeBase64url } from "@sigmesh/core";
import { LIMITS } from "@sigmesh/core/wire";
import { encodeU32, numberOf } from "./bytes.ts";
import {
  encodePeerId,
  PEER_ID_BYTES,
  type PeerId,
  toPeerId,
} from "./peer_id.ts";
import type { RoomSecret } from "./room_secret.ts";
import { decodeSignals, encodeSignals, type Signal } from "./signal.ts";

/** What was in an envelope, or why it is left alone. */
export type Opened =
  | {
    readonly ok: true;
    readonly from: PeerId;
    readonly signals: readonly Signal[];
  }
  | {
    readonly ok: false;
    /**
     * Not the form of an envelope; sealed by somebody else than the room's
     * members; sent too long ago, or by a clock that is ahead; seen before;
     * sent by oneself.
     */
    readonly reason:
      | "malformed"
      | "undecipherable"
      | "stale"
      | "replayed"
      | "own";
  };

const VERSION = 1;
const IV_BYTES = 12;
/** Besides the signals: version, IV, sender, time, and AES-GCM's tag. */
const OVERHEAD_BYTES = 1 + 12 + 8 + 4 + 16;

/** Bytes of signals that one post has room for. */
export const MAX_SIGNAL_BYTES: number = LIMITS.postBytes * 3 / 4 -
  OVERHEAD_BYTES;

const MAX_AGE_SECONDS = 90;
const MAX_AHEAD_SECONDS = 30;
/** Envelopes remembered, to open each once. */
const MAX_SEEN = 4096;

/** Seals and opens the envelopes of one room, as one peer. */
export class Envelopes {
  readonly #key: Promise<CryptoKey>;
  readonly #selfId: PeerId;
  readonly #nowMs: () => number;
  /** Nodes see the room; one that moves an envelope to another is found out. */
  readonly #room: Uint8Array<ArrayBuffer>;
  /** Sender and IV -> when it was sent, Unix seconds. */
  readonly #seen = new Map<string, number>();
  /** What was sent until then may have been seen and forgotten. */
  #forgottenUntil = 0;

  /** `nowMs` is the node's clock, Unix milliseconds: those of devices are often wrong. */
  constructor({ secret, selfId, nowMs }: {
    readonly secret: RoomSecret;
    readonly selfId: PeerId;
    readonly nowMs: () => number;
  }) {
    this.#key = secret.key;
    this.#selfId = selfId;
    this.#nowMs = nowMs;
    this.#room = new TextEncoder().encode(`sigmesh/1 envelope ${secret.room}`);
  }

  /** Signals as the text of a post. Rejects with RangeError when they are too long for one. */
  async seal(signals: readonly Signal[]): Promise<string> {
    const bytes = encodeSignals(signals);
    if (bytes.length > MAX_SIGNAL_BYTES) {
      throw new RangeError(
        "These signals do not fit into a post",
      );
    }
    const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
    const sealed = await crypto.subtle.encrypt(
      this.#cipherWith(iv),
      await this.#key,
      Uint8Array.from([
        ...encodePeerId(this.#selfId),
        ...encodeU32(this.#nowSeconds()),
        ...bytes,
      ]),
    );
    return encodeBase64url(
      Uint8Array.from([VERSION, ...iv, ...new Uint8Array(sealed)]),
    );
  }

  /** Opens the text of a post. Never rejects: anybody can post anything. */
  async open(text: string): Promise<Opened> {
    if (text.length > LIMITS.postBytes) return refuse("malformed");
    const bytes = decodeBase64url(text);
    if (!bytes.ok || bytes.value[0] !== VERSION) return refuse("malformed");
    const iv = bytes.value.slice(1, 1 + IV_BYTES);
    let content: ArrayBuffer;
    try {
      content = await crypto.subtle.decrypt(
        this.#cipherWith(iv),
        await this.#key,
        bytes.value.slice(1 + IV_BYTES),
      );
    } catch {
      return refuse("undecipherable");
    }
    return this.#read([...new Uint8Array(content)], iv);
  }

  #read(content: number[], iv: Uint8Array): Opened {
    const from = toPeerId(content.splice(0, PEER_ID_BYTES));
    const sentAt = numberOf(content.splice(0, 4));
    const age = this.#nowSeconds() - sentAt;
    const name = from + iv;
    if (from === this.#selfId) return refuse("own");
    if (
      age > MAX_AGE_SECONDS || age < -MAX_AHEAD_SECONDS ||
      sentAt <= this.#forgottenUntil
    ) {
      return refuse("stale");
    }
    if (this.#seen.has(name)) return refuse("replayed");
    this.#remember(name, sentAt);
    const signals = decodeSignals(content);
    return signals ? { ok: true, from, signals } : refuse("malformed");
  }

  /**
   * What is too old by the clock is kept too, until there are too many: a node
   * that turns its clock back gets nothing in twice.
   */
  #remember(name: string, sentAt: number): void {
    if (this.#seen.size === MAX_SEEN) {
      this.#forgottenUntil = Math.min(...this.#seen.values());
      for (const [name, sentAt] of this.#seen) {
        if (sentAt <= this.#forgottenUntil) this.#seen.delete(name);
      }
    }
    this.#seen.set(name, sentAt);
  }

  #cipherWith(iv: BufferSource): AesGcmParams {
    return { name: "AES-GCM", iv, additionalData: this.#room };
  }

  #nowSeconds(): number {
    return Math.floor(this.#nowMs() / 1000);
  }
}

function refuse(reason: (Opened & { ok: false })["reason"]): Opened {
  return { ok: false, reason };
}
