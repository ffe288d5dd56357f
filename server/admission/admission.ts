/** Decides whether a stamp pays for a request, cheapest check first. */

import {
  challengeOf,
  encodeBase64url,
  heightOf,
  messageIdOf,
  owedHeight,
  type ParsedStamp,
  parseStamp,
  type PricedRequest,
  sha256,
  verify,
  workOf,
} from "@sigmesh/core";
import type { Problem, Quote } from "@sigmesh/core/wire";
import type { Price } from "../load/load_sampler.ts";
import type { SpentStamps } from "./spent_stamps.ts";
import type { TokenIssuer, TokenRefusal } from "./token_issuer.ts";

/** A request as it is priced here. */
export interface DueRequest extends PricedRequest {
  /** Price of a part that may be dearer than the node: then it counts instead. */
  readonly leastWork?: number;
}

/** A request that must be paid for. */
export interface PaidRequest extends DueRequest {
  /** As sent, or undefined when none was. */
  readonly stamp: string | undefined;
  readonly method: string;
  /** Origin that the client dialled, plus path. */
  readonly url: string;
  readonly body: Uint8Array;
}

/** Why a request is not admitted. */
export type AdmissionRefusal =
  | TokenRefusal
  | "stamp-missing"
  | "stamp-malformed"
  | "stamp-non-canonical"
  | "stamp-too-low"
  | "stamp-mismatch"
  | "stamp-spent";

/** Admitted, with the message's id; or refused, with what the client needs to know. */
export type Verdict =
  | { readonly ok: true; readonly id: string }
  | {
    readonly ok: false;
    readonly reason: AdmissionRefusal;
    readonly detail: string;
    readonly extras?: Pick<Problem, "owed" | "expected">;
  };

/**
 * A token older than this owes at least half the present price: else stamps
 * hoarded at the idle price come as a flood, and each time the price falls for
 * a moment buys a flood for the next two minutes.
 */
const HONOURED_SECONDS = 10;

/** Running totals since the start. */
export interface AdmissionTotals {
  readonly admitted: number;
  /** Work owed by what was admitted. */
  readonly hashesPaid: number;
  readonly refused: Readonly<Record<AdmissionRefusal, number>>;
}

/** Owns nothing but its totals: tokens, spent stamps and price are its neighbours. */
export class Admission {
  readonly #issuer: TokenIssuer;
  readonly #spent: SpentStamps;
  readonly #price: Price;
  readonly #verify: typeof verify;
  readonly #totals = { admitted: 0, hashesPaid: 0, refused: noRefusals() };

  constructor({ issuer, spent, price, verifyWork = verify }: {
    issuer: TokenIssuer;
    spent: SpentStamps;
    price: Price;
    /** A simulation brings its own, in which chance stands for hashing. */
    verifyWork?: typeof verify | undefined;
  }) {
    this.#issuer = issuer;
    this.#spent = spent;
    this.#price = price;
    this.#verify = verifyWork;
  }

  /** A fresh token, and the whole that such a request owes under it. */
  quote(request: DueRequest): Quote {
    const { height } = this.#price;
    return {
      token: this.#issuer.issue(height),
      height: owedHeight({ ...request, height: partHeight(height, request) }),
    };
  }

  get totals(): AdmissionTotals {
    return this.#totals;
  }

  /** Checks and spends. Refusing costs at most one HMAC and 19 hashes, and the caller a quote. */
  admit(request: PaidRequest): Verdict {
    const verdict = this.#judge(request);
    if (!verdict.ok) this.#totals.refused[verdict.reason]++;
    return verdict;
  }

  #judge(request: PaidRequest): Verdict {
    if (request.stamp === undefined) {
      return refuse(
        "stamp-missing",
        "This request must be paid for: solve the challenge of this token at " +
          'this height and send "Authorization: PoW <stamp>" or "?pow=<stamp>".',
      );
    }
    const parsed = parseStamp(request.stamp);
    if (!parsed.ok) {
      return refuse(`stamp-${parsed.reason}`, `${parsed.detail}.`);
    }
    const stamp = parsed.value;
    const refusal = this.#checkToken(stamp);
    if (refusal !== undefined) return refuse(refusal, TOKEN_DETAILS[refusal]);
    return this.#checkWork(stamp, request);
  }

  #checkToken({ claim }: ParsedStamp): TokenRefusal | undefined {
    return this.#issuer.check(claim) ??
      (this.#spent.isForgotten(claim.issuedAt) ? "token-expired" : undefined);
  }

  #checkWork(stamp: ParsedStamp, request: PaidRequest): Verdict {
    const { token, salt, nonces, claim } = stamp;
    const height = partHeight(this.#baseHeight(stamp), request);
    const owed = owedHeight({ ...request, height });
    const { method, url, body } = request;
    const challenge = challengeOf({ token, method, url, salt, body });
    const verified = this.#verify(challenge, nonces, owed);
    if (!verified.ok && verified.reason === "too-low") {
      return refuse(
        "stamp-too-low",
        `Under this token ${owed} bits are owed: solve the puzzles that fall ` +
          "short and send the stamp again, or pay with the fresh token.",
        { owed },
      );
    }
    if (!verified.ok) {
      return refuse(
        "stamp-mismatch",
        "The nonces do not solve what was sent: they were mined for another " +
          "node, path, body or salt. Compare with what this node hashed.",
        { expected: { method, url, bodyHash: encodeBase64url(sha256(body)) } },
      );
    }
    const id = messageIdOf(challenge);
    if (!this.#spent.spend(id, claim.issuedAt)) {
      return refuse(
        "stamp-spent",
        "This stamp was spent before; to send the same again, draw a new salt.",
      );
    }
    this.#totals.admitted++;
    this.#totals.hashesPaid += workOf(owed);
    return { ok: true, id };
  }

  /** The price that a stamp's token is held to, in bits. */
  #baseHeight({ claim }: ParsedStamp): number {
    const { work } = this.#price;
    const isStale = this.#issuer.ageOf(claim) > HONOURED_SECONDS;
    return isStale && workOf(claim.height) < work / 2
      ? heightOf(work / 2)
      : claim.height;
  }
}

function partHeight(
  height: number,
  { leastWork }: Pick<DueRequest, "leastWork">,
): number {
  return leastWork === undefined
    ? height
    : Math.max(height, heightOf(leastWork));
}

const TOKEN_DETAILS: Record<TokenRefusal, string> = {
  "token-expired": "The token has expired; pay with the fresh one.",
  "token-from-future":
    "The token is from the future; pay with the fresh one. If this happens " +
    "again, the node's clock has gone back.",
  "token-before-start":
    "The token is from before this node's start; pay with the fresh one.",
  "token-forged":
    "This node did not issue the token: it was altered, or it is another " +
    "node's, or from before this node's start. Pay with the fresh one.",
};

function noRefusals(): Record<AdmissionRefusal, number> {
  return {
    "stamp-missing": 0,
    "stamp-malformed": 0,
    "stamp-non-canonical": 0,
    "stamp-too-low": 0,
    "stamp-mismatch": 0,
    "stamp-spent": 0,
    "token-expired": 0,
    "token-from-future": 0,
    "token-before-start": 0,
    "token-forged": 0,
  };
}

function refuse(
  reason: AdmissionRefusal,
  detail: string,
  extras?: Pick<Problem, "owed" | "expected">,
): Verdict {
  return extras === undefined
    ? { ok: false, reason, detail }
    : { ok: false, reason, detail, extras };
}
