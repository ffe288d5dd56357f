/** What peers say to each other through a room, until they are connected. */

import { ByteReader, encodeU16, encodeU32 } from "./bytes.ts";
import {
  encodePeerId,
  PEER_ID_BYTES,
  type PeerId,
  toPeerId,
} from "./peer_id.ts";

/** One thing that one peer says to another, or to all. */
export type Signal =
  /** To all: here I am. Those who are there already send an offer. */
  | { readonly kind: "announce" }
  | {
    readonly kind: "offer";
    readonly to: PeerId;
    /** Names the connection among those that the two tried; below 2^32. */
    readonly attempt: number;
    /** Whether it is to run through relays only. */
    readonly isRelayed: boolean;
    /** As `encodeDescription` makes it. */
    readonly description: Uint8Array;
  }
  | {
    readonly kind: "answer";
    readonly to: PeerId;
    /** That of the offer. */
    readonly attempt: number;
    /** As `encodeDescription` makes it. */
    readonly description: Uint8Array;
  }
  /** Those found since the description was sent. */
  | {
    readonly kind: "candidates";
    readonly to: PeerId;
    /** That of the offer. */
    readonly attempt: number;
    /** As `encodeCandidates` makes them. */
    readonly candidates: Uint8Array;
  };

/** Number of a kind: its place. Those beyond are of newer clients, and skipped. */
const KINDS = ["announce", "answer", "candidates", "offer", "offer"] as const;
/** That of an offer that is to run through relays only. */
const RELAYED_OFFER = 4;

/** Signals as bytes, one after the other: kind u8, length u16, body. */
export function encodeSignals(signals: readonly Signal[]): Uint8Array {
  return Uint8Array.from(signals.flatMap((signal) => {
    const body = signal.kind === "announce" ? [] : [
      ...encodePeerId(signal.to),
      ...encodeU32(signal.attempt),
      ...signal.kind === "candidates" ? signal.candidates : signal.description,
    ];
    const kind = signal.kind === "offer" && signal.isRelayed
      ? RELAYED_OFFER
      : KINDS.indexOf(signal.kind);
    return [kind, ...encodeU16(body.length), ...body];
  }));
}

/** Reads what {@linkcode encodeSignals} made; undefined when it cannot have. */
export function decodeSignals(
  bytes: Uint8Array,
): readonly Signal[] | undefined {
  const reader = new ByteReader(bytes);
  const signals: Signal[] = [];
  while (reader.left > 0) {
    const number = reader.number(1);
    const body = new ByteReader(reader.take(reader.number(2)));
    const kind = KINDS[number];
    if (kind === "announce") signals.push({ kind });
    else if (kind !== undefined) {
      const to = toPeerId(body.take(PEER_ID_BYTES));
      const attempt = body.number(4);
      const rest = body.take();
      signals.push(
        kind === "candidates"
          ? { kind, to, attempt, candidates: rest }
          : kind === "answer"
          ? { kind, to, attempt, description: rest }
          : {
            kind,
            to,
            attempt,
            isRelayed: number === RELAYED_OFFER,
            description: rest,
          },
      );
    }
    if (reader.left < 0 || body.left < 0) return undefined;
  }
  return signals;
}
