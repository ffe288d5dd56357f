/** Decides whether a relayed message is taken, cheapest check first. */

import {
  challengeOf,
  heightOf,
  MAX_WORK,
  MESH_FLOOR,
  messageIdOf,
  type ParsedStamp,
  parseStamp,
  verify,
} from "@sigmesh/core";
import { LIMITS, roomPath } from "@sigmesh/core/wire";
import { SpentStamps } from "../../admission/spent_stamps.ts";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import type { Allowance } from "./allowance.ts";
import type { RelayedPost } from "./link_frame.ts";
import { RecentNames } from "./recent_names.ts";
import {
  type BudgetRefusal,
  type Charged,
  RelayBudget,
} from "./relay_budget.ts";
import { TokenSignatures, type VerifyToken } from "./token_signatures.ts";

/** Why a relayed message is not taken. */
export type RelayRefusal =
  | BudgetRefusal
  | "malformed"
  | "expired"
  | "from-future"
  | "forgotten"
  | "duplicate"
  | "too-little-work"
  | "unsigned"
  | "forged"
  | "busy";

/** Taken under its id, or refused. */
export type RelayVerdict =
  | {
    readonly ok: true;
    readonly id: string;
    readonly isStranger: boolean;
    /** Whether it was taken before, with a signature that could not be checked: others may know better. */
    readonly isCopy: boolean;
  }
  | { readonly ok: false; readonly reason: RelayRefusal };

const MOST_HEIGHT = heightOf(MAX_WORK);
const FLOOR_HEIGHT = heightOf(MESH_FLOOR);

/**
 * Stamps of messages taken last. Most of what comes by links is another copy of
 * one of them, within seconds; copies of those that were forgotten are told by
 * their ids.
 */
const STAMPS_REMEMBERED = 4096;

/** A message whose work was found good. */
interface Worked {
  readonly ok: true;
  /** What its copies are told by. */
  readonly name: string;
  readonly id: string;
  readonly issuedAt: number;
  readonly token: string;
  readonly charged: Charged;
  /** Key of the node that it was paid to; undefined when that is not known here. */
  readonly key: string | undefined;
}

/** Owns the ids of a few minutes, and the budgets. */
export class RelayCheck {
  readonly #clock: Clock;
  readonly #keyOf: (origin: string) => string | undefined;
  readonly #verifyWork: typeof verify;
  readonly #signatures: TokenSignatures;
  readonly #budget = new RelayBudget();
  readonly #seen: SpentStamps;
  readonly #taken = new RecentNames(STAMPS_REMEMBERED);
  /** Ids of messages taken without a look at their signature. */
  readonly #unproved = new RecentNames(STAMPS_REMEMBERED);

  constructor({ clock, keyOf, verifyToken, verifyWork = verify }: {
    clock: Clock;
    /** Key of a node that was probed, or is this one. */
    keyOf: (origin: string) => string | undefined;
    verifyToken: VerifyToken;
    /** A simulation brings its own, in which chance stands for hashing. */
    verifyWork?: typeof verify | undefined;
  }) {
    this.#clock = clock;
    this.#keyOf = keyOf;
    this.#verifyWork = verifyWork;
    this.#signatures = new TokenSignatures(verifyToken);
    this.#seen = new SpentStamps(clock, {
      capacity: SERVER_LIMITS.relayedMessages,
      lifetimeSeconds: SERVER_LIMITS.relaySeconds,
    });
  }

  /** Ids remembered. */
  get size(): number {
    return this.#seen.size;
  }

  /** Remembers a message that was posted here, so that it is not taken when it comes back. */
  notePosted(id: string, stamp: string): void {
    const parsed = parseStamp(stamp);
    if (parsed.ok) this.#seen.spend(id, parsed.value.claim.issuedAt);
    this.#taken.add(stamp);
  }

  /**
   * Takes a message once. At once, unless a signature must be checked; then
   * those that wait for the same one are answered in the order in which they came.
   */
  take(
    post: RelayedPost,
    strangers: Allowance,
  ): RelayVerdict | Promise<RelayVerdict> {
    const worked = this.#checkWork(post, strangers);
    if (!worked.ok || worked.key === undefined) return this.#settle(worked);
    const { origin, signature } = post;
    if (signature === undefined) return refuse("unsigned");
    const { key, token } = worked;
    const checked = this.#signatures.check({ key, origin, token, signature });
    if (checked === "busy") return refuse("busy");
    if (typeof checked === "boolean") return this.#settle(worked);
    return checked.then((isGood) =>
      isGood ? this.#settle(worked) : refuse("forged")
    );
  }

  /** All that needs no signature: some 12 hashes, of which rubbish costs three. */
  #checkWork(
    { room, body, stamp, origin, signature }: RelayedPost,
    strangers: Allowance,
  ): Worked | ReturnType<typeof refuse> {
    const parsed = parseStamp(stamp);
    if (!parsed.ok) return refuse("malformed");
    const { token, salt, nonces, claim } = parsed.value;
    const late = this.#faultOfAge(parsed.value);
    if (late !== undefined) return refuse(late);
    const key = this.#keyOf(origin);
    // No other message has the same stamp: nonces are good for one only. A
    // stranger's may have been spoilt on the way, where nobody could tell.
    const name = key === undefined ? `${stamp} ${signature}` : stamp;
    if (this.#taken.has(stamp) || this.#taken.has(name)) {
      return refuse("duplicate");
    }
    const url = origin + roomPath(room);
    const challenge = challengeOf({ token, method: "POST", url, salt, body });
    const id = messageIdOf(challenge);
    const { issuedAt } = claim;
    if (this.#seen.has(id, issuedAt) && !this.#unproved.has(id)) {
      return refuse("duplicate");
    }
    const charged = {
      ...{ room, origin },
      strangers: key === undefined ? strangers : undefined,
    };
    const over = this.#budget.refusal(charged, this.#clock.now());
    if (over !== undefined) return refuse(over);
    if (!this.#verifyWork(challenge, nonces, leastHeight(parsed.value)).ok) {
      return refuse("too-little-work");
    }
    return { ok: true, name, id, issuedAt, token, charged, key };
  }

  #faultOfAge({ claim }: ParsedStamp): RelayRefusal | undefined {
    const { issuedAt } = claim;
    const age = Math.floor(this.#clock.now() / 1000) - issuedAt;
    if (age > SERVER_LIMITS.relaySeconds) return "expired";
    if (age < -LIMITS.clockSkewSeconds) return "from-future";
    return this.#seen.isForgotten(issuedAt) ? "forgotten" : undefined;
  }

  /** Of copies that waited for a signature together, the first is taken. */
  #settle(worked: Worked | ReturnType<typeof refuse>): RelayVerdict {
    if (!worked.ok) return worked;
    const { name, id, issuedAt, charged, key } = worked;
    const isCopy = !this.#seen.spend(id, issuedAt);
    if (isCopy && !this.#unproved.has(id)) return refuse("duplicate");
    const isStranger = key === undefined;
    if (!isStranger) this.#unproved.delete(id);
    else if (!isCopy) this.#unproved.add(id);
    this.#taken.add(name);
    this.#budget.charge(charged, this.#clock.now());
    return { ok: true, id, isStranger, isCopy };
  }
}

/**
 * What any honest node would have asked for at least: the price in its token,
 * since weight and surcharge only add to it. Were the floor enough, the tokens
 * of dear nodes would buy cheap messages elsewhere.
 */
function leastHeight({ claim }: ParsedStamp): number {
  return Math.max(FLOOR_HEIGHT, Math.min(claim.height, MOST_HEIGHT));
}

function refuse(reason: RelayRefusal): { ok: false; reason: RelayRefusal } {
  return { ok: false, reason };
}
