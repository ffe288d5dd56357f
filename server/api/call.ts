/** A request on its way through an endpoint, and how it pays. */

import { LIMITS } from "@sigmesh/core/wire";
import type { Admission, DueRequest } from "../admission/admission.ts";
import type { ApiRequest, Connection } from "./exchange.ts";
import { type Refusal, withQuote } from "./problem.ts";

/** A request that passed the Host rule. */
export interface Call {
  readonly request: ApiRequest;
  /** As the client dialled it. */
  readonly origin: string;
  readonly connection: Connection;
  readonly payment: Payment;
}

/** What a request brings to pay with, and whether it was enough. */
export interface Payment {
  /** As sent, or undefined when none was. */
  readonly stamp: string | undefined;
  isAccepted: boolean;
}

/** The stamp of the Authorization header, else of `?pow=`. */
export function stampOf({ headers, url }: ApiRequest): string | undefined {
  const authorization = headers.get("authorization") ?? "";
  const [, stamp] = /^pow +(.*)$/i.exec(authorization) ?? [];
  return stamp ?? url.searchParams.get("pow") ?? undefined;
}

/** Answer to a longer body. */
export const TOO_LARGE: Refusal = {
  code: "body-too-large",
  detail: `A body has at most ${LIMITS.postBytes} bytes.`,
};

/** Spends a call's stamp; the refusal has all that is needed to pay. */
export function admit(
  admission: Admission,
  { call, due, priced }: {
    call: Call;
    /** What the stamp must pay for, and what one is quoted that does not. */
    due: DueRequest;
    priced: DueRequest;
  },
): { ok: true; id: string } | { ok: false; refusal: Refusal } {
  const { request, origin, payment } = call;
  const verdict = admission.admit({
    ...due,
    stamp: payment.stamp,
    method: request.method,
    url: origin + request.url.pathname,
    body: request.body,
  });
  if (verdict.ok) {
    payment.isAccepted = true;
    return verdict;
  }
  const { reason: code, detail, extras = {} } = verdict;
  const quote = admission.quote(priced);
  return { ok: false, refusal: withQuote({ code, detail, extras }, quote) };
}
