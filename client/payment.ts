/** Pays for one request: mines, sends, tops up when the price has moved. */

import {
  challengeOf,
  formatStamp,
  SALT_BYTES,
  solve,
  type SolveProgress,
  workOf,
} from "@sigmesh/core";
import { type Problem, problemCodeOf, type Quote } from "@sigmesh/core/wire";
import { PriceTooHighError } from "./errors.ts";

/** A stamp and the work in it; kept while the price is being met. */
export interface Mined {
  readonly quote: Quote;
  readonly challenge: Uint8Array;
  readonly salt: Uint8Array;
  readonly nonces: Uint8Array;
  /** As text. */
  readonly stamp: string;
  readonly cost: Cost;
}

/** What the node made of a stamp. */
export type Outcome<T> =
  | { readonly kind: "accepted"; readonly value: T }
  | { readonly kind: "refused"; readonly problem: Problem };

/** What a payment has cost. */
export interface Cost {
  /** Bits of work in the stamp. */
  readonly height: number;
  /** Hashes done, tries that were not needed included. */
  readonly hashes: number;
  /** Time spent mining. */
  readonly milliseconds: number;
  /** Engine that mined. */
  readonly engine: string;
  /** Threads that mined. */
  readonly threads: number;
}

/** What to mine for. */
export interface MiningTarget {
  /** Origin that is dialled. */
  readonly origin: string;
  readonly method: string;
  readonly path: string;
  readonly body: Uint8Array;
  /** Bits of work beyond which not to pay. */
  readonly maxHeight: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress?: ((progress: SolveProgress) => void) | undefined;
}

/** The request to pay for and how. */
export interface Payment<T> extends MiningTarget {
  /** What is owed, as far as is known. */
  readonly quote: Quote;
  /** Sends the request with a stamp. */
  readonly send: (mined: Mined) => Promise<Outcome<T>>;
}

/** After the first stamp; then the price moves faster than it can be met. */
const MAX_REQUOTES = 2;
/** A price that has moved while it was met still does: so much more is mined for, in bits. */
const HEADROOM = 0.25;

/** Resolves with the first outcome that paying more cannot change. */
export async function pay<T>(
  payment: Payment<T>,
): Promise<Outcome<T> & { cost: Cost }> {
  let { quote } = payment;
  let previous: Mined | undefined;
  let hashes = 0;
  let milliseconds = 0;
  for (let requotes = 0;; requotes++) {
    const mined = await mine(quote, payment, previous);
    hashes += mined.cost.hashes;
    milliseconds += mined.cost.milliseconds;
    const outcome = await payment.send(mined);
    const cost = { ...mined.cost, hashes, milliseconds };
    if (outcome.kind === "accepted" || requotes === MAX_REQUOTES) {
      return { ...outcome, cost };
    }
    const next = nextAttempt(mined, outcome.problem, payment.maxHeight);
    if (next === undefined) return { ...outcome, cost };
    ({ quote, previous } = next);
  }
}

/** Mines a stamp that a quote asks for, or adds to a previous one of the same token. */
export async function mine(
  quote: Quote,
  { origin, method, path, body, maxHeight, signal, onProgress }: MiningTarget,
  previous?: Mined,
): Promise<Mined> {
  const { token, height } = quote;
  if (height > maxHeight) {
    throw new PriceTooHighError(origin, height, maxHeight);
  }
  const salt = previous?.salt ??
    crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const url = origin + path;
  const challenge = challengeOf({ token, method, url, salt, body });
  const started = performance.now();
  const { nonces, hashes, engine, threads } = await solve(challenge, height, {
    signal,
    onProgress,
    previous: previous?.nonces,
  });
  const milliseconds = performance.now() - started;
  const stamp = formatStamp({ token, salt, nonces });
  const cost = { height, hashes, milliseconds, engine, threads };
  return { quote, challenge, salt, nonces, stamp, cost };
}

/** Bits of work after which a runtime has compiled the engine well. */
const WARM_UP_HEIGHT = 14;

/** Mines for nothing, so that all that a payment needs is compiled when one is due. */
export async function warmUp(signal: AbortSignal): Promise<void> {
  const token = "A".repeat(31); // of nobody
  await mine({ token, height: WARM_UP_HEIGHT }, {
    origin: "",
    method: "",
    path: "",
    body: new Uint8Array(),
    maxHeight: WARM_UP_HEIGHT,
    signal,
  });
}

/** Not beyond what the client would pay; what asks for more is left to be refused. */
function withHeadroom(height: number, maxHeight: number): number {
  return Math.max(height, Math.min(height + HEADROOM, maxHeight));
}

/** How to go on after a refusal; undefined when paying does not help. */
function nextAttempt(
  mined: Mined,
  problem: Problem,
  maxHeight: number,
): { quote: Quote; previous: Mined | undefined } | undefined {
  const { token, height, owed } = problem;
  if (token === undefined || height === undefined) return undefined;
  const afresh = { quote: { token, height }, previous: undefined };
  switch (problemCodeOf(problem)) {
    case "stamp-too-low": {
      const rising = { token, height: withHeadroom(height, maxHeight) };
      if (owed === undefined) return { ...afresh, quote: rising };
      const missing = workOf(owed) - workOf(mined.quote.height);
      const topUp = {
        token: mined.quote.token,
        height: withHeadroom(owed, maxHeight),
      };
      return missing <= workOf(height)
        ? { quote: topUp, previous: mined }
        : { ...afresh, quote: rising };
    }
    case "token-expired":
    case "token-forged":
    case "token-before-start":
    case "token-from-future":
      return afresh;
    default:
      return undefined;
  }
}
