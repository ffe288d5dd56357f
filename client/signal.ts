/** What peers say to each other through a room, until they are connected. */

import { ByteReader, encodeU32 } from "./bytes.ts";
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

/** Numbers of the kinds; those unknown here are of newer clients, and skipped. */
const KINDS = { announce: 1, offer: 2, answer: 3, candidates: 4 } as const;

const RELAYED = 1;

/** Signals as bytes, one after the other: kind u8, length u16, body. */
export function encodeSignals(signals: readonly Signal[]): Uint8Array {
  return Uint8Array.from(signals.flatMap((signal) => {
    const body = encodeBody(signal);
    return [
      KINDS[signal.kind],
      body.length >> 8,
      body.length & 255,
      ...body,
    ];
  }));
}

function encodeBody(signal: Signal): number[] {
  if (signal.kind === "announce") return [];
  const head = [...encodePeerId(signal.to), ...encodeU32(signal.attempt)];
  switch (signal.kind) {
    case "offer":
      return [...head, signal.isRelayed ? RELAYED : 0, ...signal.description];
    case "answer":
      return [...head, ...signal.description];
    case "candidates":
      return [...head, ...signal.candidates];
  }
}

/** Reads what {@linkcode encodeSignals} made; undefined when it cannot have. */
export function decodeSignals(
  bytes: Uint8Array,
): readonly Signal[] | undefined {
  const reader = new ByteReader(bytes);
  const signals: Signal[] = [];
  while (reader.left > 0) {
    const kind = reader.number(1);
    const body = new ByteReader(reader.take(reader.number(2)));
    const signal = decodeSignal(kind, body);
    if (reader.isPast || body.isPast) return undefined;
    if (signal !== undefined) signals.push(signal);
  }
  return signals;
}

function decodeSignal(kind: number, body: ByteReader): Signal | undefined {
  if (kind === KINDS.announce) return { kind: "announce" };
  if (kind < KINDS.offer || kind > KINDS.candidates) return undefined;
  const head = {
    to: toPeerId(body.take(PEER_ID_BYTES)),
    attempt: body.number(4),
  };
  switch (kind) {
    case KINDS.offer:
      return {
        kind: "offer",
        ...head,
        isRelayed: (body.number(1) & RELAYED) !== 0,
        description: body.take(),
      };
    case KINDS.answer:
      return { kind: "answer", ...head, description: body.take() };
    default:
      return { kind: "candidates", ...head, candidates: body.take() };
  }
}
