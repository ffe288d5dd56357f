/** What peers say to each other through a room, until they are connected. */

import { encodeU32, numberOf } from "./bytes.ts";
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
/** Of recipient and attempt. */
const ADDRESS_BYTES = PEER_ID_BYTES + 4;

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
    return [kind, body.length >> 8, body.length, ...body];
  }));
}

/** Reads what {@linkcode encodeSignals} made; undefined when it cannot have. */
export function decodeSignals(
  bytes: Iterable<number>,
): readonly Signal[] | undefined {
  const left = [...bytes];
  const signals: Signal[] = [];
  while (left.length > 0) {
    const [number, ...lengthBytes] = left.splice(0, 3);
    const length = numberOf(lengthBytes);
    if (lengthBytes.length < 2 || left.length < length) return undefined;
    const body = left.splice(0, length);
    const kind = KINDS[number!];
    if (kind === "announce") signals.push({ kind });
    else if (kind !== undefined) {
      if (length < ADDRESS_BYTES) return undefined;
      const head = {
        to: toPeerId(body.splice(0, PEER_ID_BYTES)),
        attempt: numberOf(body.splice(0, 4)),
      };
      const isRelayed = number === RELAYED_OFFER;
      const rest = Uint8Array.from(body);
      signals.push(
        kind === "candidates"
          ? { kind, ...head, candidates: rest }
          : kind === "answer"
          ? { kind, ...head, description: rest }
          : { kind, ...head, isRelayed, description: rest },
      );
    }
  }
  return signals;
}
