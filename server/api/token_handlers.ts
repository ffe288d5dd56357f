/** The endpoint that sells TURN credentials. */

import { WEIGHTS } from "@sigmesh/core";
import {
  LIMITS,
  parseTurnRequest,
  type TurnGrant,
  type TurnRequest,
} from "@sigmesh/core/wire";
import type { Admission, DueRequest } from "../admission/admission.ts";
import type { PartPrice } from "../load/part_price.ts";
import type { RenewalRefusal } from "../turn/credential_desk.ts";
import type { TurnOffer } from "../turn/turn_offer.ts";
import { admit, type Call, TOO_LARGE } from "./call.ts";
import type { Reply } from "./exchange.ts";
import { formatFor, refuse, respond } from "./negotiation.ts";
import type { Refusal } from "./problem.ts";
import { RETRY_AFTER_SECONDS } from "./rationing.ts";
import { grantPage, tokenPage } from "./views/token_page.tsx";

/** What this endpoint works with. */
export interface TokenServices {
  readonly admission: Admission;
  /** Null on a node without TURN. */
  readonly turn: TurnOffer | null;
  readonly turnPrice: PartPrice;
}

const utf8 = new TextDecoder("utf-8", { fatal: true });

const ALLOW = "POST, OPTIONS";

/** Handlers that share one node's TURN. */
export class TokenHandlers {
  readonly #services: TokenServices;

  constructor(services: TokenServices) {
    this.#services = services;
  }

  /** For people; programs are told to post. */
  describe({ request, origin }: Call): Reply {
    if (formatFor(request.headers) === "json") {
      return refuse(request, {
        code: "method-not-allowed",
        detail: "This path takes POST; unpaid, it answers with the price.",
        headers: { allow: ALLOW },
      });
    }
    const { admission, turn, turnPrice } = this.#services;
    const { height } = admission.quote(pricedToken(turnPrice.quoted));
    const facts = {
      url: origin + request.url.pathname,
      height,
      urls: turn?.urlsAt(origin).turn ?? [],
      ttl: turn?.desk.lifetimeSeconds ?? LIMITS.turnCredentialSeconds,
      isRenewable: turn?.keeper !== null,
    };
    return respond(request, facts, () => tokenPage(facts));
  }

  issue(call: Call): Reply {
    const { request, origin } = call;
    const { admission, turn, turnPrice } = this.#services;
    if (turn === null) return refuse(request, NO_TURN);
    if (turn.keeper?.isUp === false) return refuse(request, UNAVAILABLE);
    const asked = readRequest(request.body);
    if (!asked.ok) return refuse(request, asked.refusal);
    const { renew } = asked.value;
    const { desk } = turn;
    const fault = renew === undefined ? undefined : desk.refusalOf(renew);
    if (fault !== undefined) return refuse(request, RENEWAL_REFUSALS[fault]);
    const due = pricedToken(turnPrice.owed);
    const priced = pricedToken(turnPrice.quoted);
    const paid = admit(admission, { call, due, priced });
    if (!paid.ok) return refuse(request, paid.refusal);
    const grant: TurnGrant = {
      ...(renew === undefined ? desk.issue() : desk.renew(renew)),
      ttl: desk.lifetimeSeconds,
      urls: turn.urlsAt(origin).turn,
      ...admission.quote(priced),
    };
    return respond(request, grant, () => grantPage(grant));
  }
}

function pricedToken(leastWork: number): DueRequest {
  return { weight: WEIGHTS.token, messages: 0, subscribers: 0, leastWork };
}

/** What a body asks for; an empty one for a new credential. */
function readRequest(body: Uint8Array):
  | { ok: true; value: TurnRequest }
  | { ok: false; refusal: Refusal } {
  if (body.length > LIMITS.postBytes) return { ok: false, refusal: TOO_LARGE };
  if (body.length === 0) return { ok: true, value: {} };
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(body));
  } catch {
    return { ok: false, refusal: NOT_JSON };
  }
  const value = parseTurnRequest(json);
  return value === undefined
    ? { ok: false, refusal: RENEWAL_REFUSALS.unknown }
    : { ok: true, value };
}

const NO_TURN: Refusal = {
  code: "no-turn",
  detail: "This node has no TURN: buy at another node, or give " +
    "RTCPeerConnection a TURN server of your own.",
};

const UNAVAILABLE: Refusal = {
  code: "turn-unavailable",
  detail: "The TURN server of this node is being started again; come back in " +
    `${RETRY_AFTER_SECONDS} seconds, or use another node.`,
  headers: { "retry-after": `${RETRY_AFTER_SECONDS}` },
};

const NOT_JSON: Refusal = {
  code: "bad-json",
  detail:
    'The body is not JSON; leave it empty, or send { "renew": username }.',
};

const RENEWAL_REFUSALS: Record<RenewalRefusal, Refusal> = {
  unknown: {
    code: "bad-field",
    detail: 'The body is { "renew": username }, with a username that this ' +
      "node gave; leave it empty to buy a new credential.",
  },
  expired: {
    code: "credential-expired",
    detail: "This credential has expired: send an empty body to buy a new " +
      "one, and restart ICE with it.",
  },
};
