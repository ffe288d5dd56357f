/** The price law: load -> work, work -> what is owed. Pure. */

import { heightOf, workOf } from "./height.ts";

/** No price curve goes below this many hashes: a constant of the protocol, which relays check. */
export const MESH_FLOOR = 2 ** 16;
/** No request ever owes more hashes than this. */
export const MAX_WORK = 2 ** 26;
/** Pressure never exceeds this. */
export const MAX_PRESSURE = 16;
/** Messages of the last minute that count for the surcharge, at most. */
const MAX_SURCHARGED_MESSAGES = 64;

/** What one request costs, relative to a post. */
export const WEIGHTS = {
  "room": 1,
  "dht-get": 2,
  "dht-put": 4,
  "token": 8,
} as const;

/** Work in hashes, at rest and at full load. */
export interface PriceCurve {
  /** At load 0; at least {@linkcode MESH_FLOOR}. */
  readonly idleWork: number;
  /** At load 1; at least `idleWork`. */
  readonly fullWork: number;
}

/** The curve of a node that was given none. */
export const DEFAULT_CURVE: PriceCurve = {
  idleWork: 2 ** 16,
  fullWork: 2 ** 22,
};

/** Base price in hashes: proportional to load above a floor, times pressure. */
export function priceOf(
  { load, pressure, curve }: {
    /** max(cpu, memory), 0..1. */
    load: number;
    /** 1..16. */
    pressure: number;
    curve: PriceCurve;
  },
): number {
  const { idleWork, fullWork } = curve;
  return (idleWork + (fullWork - idleWork) * load) * pressure;
}

/** What a request is, as far as its price depends on it. */
export interface PricedRequest {
  /** Multiplier of the endpoint, one of {@linkcode WEIGHTS}. */
  readonly weight: number;
  /** Messages of the room in the last minute that count; 0 outside rooms. */
  readonly messages: number;
  /** Subscribers of the room on this node; 0 outside rooms. */
  readonly subscribers: number;
}

/** Hashes owed for a request when the base price has this height in bits. */
export function owedWork(
  { height, weight, messages, subscribers }: PricedRequest & { height: number },
): number {
  const counted = Math.min(messages, MAX_SURCHARGED_MESSAGES);
  return Math.min(
    workOf(height) * weight * (1 + counted / 8) * (1 + subscribers / 256),
    MAX_WORK,
  );
}

/** {@linkcode owedWork} as a height in bits, rounded up to 1/256. */
export function owedHeight(
  request: PricedRequest & { height: number },
): number {
  return heightOf(owedWork(request));
}
