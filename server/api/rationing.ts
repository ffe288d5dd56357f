/** What is free is scarce: takes each unpaid request out of a budget, and counts its cost. */

import { EVENTS, PATHS, type Quote } from "@sigmesh/core/wire";
import { type Effort, EFFORT_US } from "../load/effort.ts";
import type {
  AddressBlocks,
  UnpaidBudget,
  UnpaidKind,
  UnpaidRefusal,
} from "../load/unpaid_budget.ts";
import { encodeEvent } from "../rooms/sse.ts";
import {
  type Answer,
  type ApiRequest,
  type Connection,
  Held,
  Reply,
} from "./exchange.ts";
import { formatFor, refuse, wantsEventStream } from "./negotiation.ts";
import { problemOf, type Refusal } from "./problem.ts";

/** Making a page takes so many times what other answers take. */
const PAGE_COST = 3;
/** When those who were refused may come back. */
export const RETRY_AFTER_SECONDS = 10;

const DETAILS: Record<UnpaidRefusal, string> = {
  "too-many-requests":
    "Your address asks for more than is free; ask less often. Requests with " +
    "a stamp are not counted.",
  "too-busy": "This node is busy and serves what is paid first; use another " +
    "one, or come back later.",
};
/** Added where a stamp is all that is missing. */
const OR_PAY = ' Or pay: with "?pow=<stamp>" it is opened at once.';

/** Shared by all requests of a node. */
export class Rationing {
  readonly #unpaid: UnpaidBudget;
  readonly #effort: Effort;

  constructor(
    { unpaid, effort }: { unpaid: UnpaidBudget; effort: Effort },
  ) {
    this.#unpaid = unpaid;
    this.#effort = effort;
  }

  /** Lets a request be answered, unless it is free and too much. */
  async ration(
    request: ApiRequest,
    { isStamped, quote = () => undefined, connection, payment, answer }: {
      /** Whether a stamp is to be checked; what fails is paid for after the fact. */
      isStamped: boolean;
      /** What would be owed for a request that is free without a stamp, if it can be paid for. */
      quote?: () => Quote | undefined;
      connection: Connection;
      /** Tells, once answered, whether the request was paid. */
      payment: { readonly isAccepted: boolean };
      answer: () => Promise<Answer>;
    },
  ): Promise<Answer> {
    const blocks = connection.addressBlocks;
    const kind = kindOf(request);
    const cost = kind === "page" ? PAGE_COST : 1;
    const asked = { kind, cost };
    const serve = async () => {
      const answered = await answer();
      if (payment.isAccepted) {
        this.#effort.addPaid(EFFORT_US.request + EFFORT_US.stamp);
        return answered;
      }
      this.#effort.addUnpaid(cost * EFFORT_US.request);
      return isStamped ? this.#charge(answered, { blocks, cost }) : answered;
    };
    const refusal = isStamped ? undefined : this.#unpaid.take(blocks, asked);
    if (refusal === undefined) return await serve();
    this.#effort.addUnpaid(EFFORT_US.request);
    const isWorthWaiting = kind === "stream" && refusal === "too-busy";
    const again = () =>
      this.#unpaid.retake(blocks, asked) === undefined ? serve() : undefined;
    const reply = refusalOf(request, refusal, quote());
    return new Held(reply, isWorthWaiting ? again : undefined);
  }

  #charge(
    answered: Answer,
    { blocks, cost }: { blocks: AddressBlocks; cost: number },
  ): Answer {
    const isWithin = this.#unpaid.charge(blocks, cost);
    return isWithin || !(answered instanceof Reply)
      ? answered
      : new Held(answered);
  }
}

/** Asked for by the operator: shed last. */
const VITAL_PATHS = new Set<string>([PATHS.health, PATHS.metrics]);

function kindOf({ headers, url }: ApiRequest): UnpaidKind {
  const isVital = VITAL_PATHS.has(url.pathname);
  if (isVital || wantsEventStream(headers)) return "stream";
  return formatFor(headers) === "json" ? "fact" : "page";
}

function refusalOf(
  request: ApiRequest,
  code: UnpaidRefusal,
  quote: Quote | undefined,
): Reply {
  const refusal: Refusal = {
    code,
    detail: DETAILS[code] + (quote === undefined ? "" : OR_PAY),
    ...(quote && { extras: quote }),
    headers: { "retry-after": `${RETRY_AFTER_SECONDS}` },
  };
  return wantsEventStream(request.headers)
    ? overloaded(refusal)
    : refuse(request, refusal);
}

/** A refusal that EventSource comes back after; it does after no status but 200. */
export function overloaded(refusal: Refusal): Reply {
  return new Reply(200, STREAM_HEADERS, overloadedEvent(refusal));
}

/** All that such a stream tells. */
export function overloadedEvent(refusal: Refusal): Uint8Array {
  const retryMs = RETRY_AFTER_SECONDS * 1000;
  return encodeEvent(EVENTS.overloaded, problemOf(refusal), { retryMs });
}

/** Headers of an event stream, however short. */
export const STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-cache, no-transform",
  "x-accel-buffering": "no",
} as const;
