/** The endpoints that carry items to BitTorrent's DHT and back. */

import { WEIGHTS } from "@sigmesh/core";
import {
  formatMutableItem,
  type MutablePut,
  type Parsed,
  parseMutableItem,
  parseMutableKey,
  type PutReceipt,
  verifyMutableItem,
} from "@sigmesh/core/mutable_item";
import { LIMITS } from "@sigmesh/core/wire";
import type { Admission, DueRequest } from "../admission/admission.ts";
import type { Dht } from "../mesh/dht/dht.ts";
import { decodeValue } from "../mesh/dht/message.ts";
import { admit, type Call, TOO_LARGE } from "./call.ts";
import type { Reply } from "./exchange.ts";
import { formatFor, refuse, respond } from "./negotiation.ts";
import type { Refusal } from "./problem.ts";
import { RETRY_AFTER_SECONDS } from "./rationing.ts";
import { dhtPage, itemPage, storedPage } from "./views/dht_page.tsx";

/** What these endpoints work with. */
export interface DhtServices {
  readonly admission: Admission;
  /** Null on a node without the DHT. */
  readonly dht: Dht | null;
}

type Kind = "dht-get" | "dht-put";
type Result<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly refusal: Refusal };

const ALLOW = "POST, OPTIONS";
const utf8 = new TextDecoder("utf-8", { fatal: true });

/** Handlers that share one node's DHT. */
export class DhtHandlers {
  readonly #services: DhtServices;

  constructor(services: DhtServices) {
    this.#services = services;
  }

  /** For people; programs are told to post. */
  describe({ request, origin }: Call, kind: Kind): Reply {
    if (formatFor(request.headers) === "json") {
      return refuse(request, {
        code: "method-not-allowed",
        detail: "This path takes POST; unpaid, it answers with the price.",
        headers: { allow: ALLOW },
      });
    }
    const { admission, dht } = this.#services;
    const facts = {
      kind,
      url: origin + request.url.pathname,
      height: admission.quote(priced(kind)).height,
      contacts: dht?.contacts ?? null,
    };
    return respond(request, facts, () => dhtPage(facts));
  }

  async get(call: Call): Promise<Reply> {
    const { request } = call;
    const asked = this.#open(call, parseMutableKey);
    if (!asked.ok) return refuse(request, asked.refusal);
    const { dht, key } = asked.value;
    const paid = this.#pay(call, "dht-get");
    if (!paid.ok) return refuse(request, paid.refusal);
    const result = await dht.get(key);
    if (!result.ok) return refuse(request, GET_REFUSALS[result.reason]);
    const answer = {
      ...formatMutableItem(result.item),
      ...this.#services.admission.quote(priced("dht-get")),
    };
    return respond(request, answer, () => itemPage(result.item));
  }

  async put(call: Call): Promise<Reply> {
    const { request } = call;
    const asked = this.#open(call, parsePut);
    if (!asked.ok) return refuse(request, asked.refusal);
    const { dht, key: item } = asked.value;
    const paid = this.#pay(call, "dht-put");
    if (!paid.ok) return refuse(request, paid.refusal);
    // Paid for: a signature costs as much as a hundred stamps that are refused.
    if (!await verifyMutableItem(item)) return refuse(request, BAD_SIGNATURE);
    const result = await dht.put(item);
    if (!result.ok) {
      return refuse(
        request,
        result.reason === "conflict" ? conflictWith(result.seq) : NOBODY,
      );
    }
    const { stored } = result;
    const quote = this.#services.admission.quote(priced("dht-put"));
    const receipt: PutReceipt = { stored, ...quote };
    return respond(request, receipt, () => storedPage(receipt));
  }

  /** What keeps a request from being of use is told before it is paid for. */
  #open<T>(
    { request: { body } }: Call,
    parse: (json: unknown) => Parsed<T>,
  ): Result<{ dht: Dht; key: T }> {
    const { dht } = this.#services;
    if (dht === null) return { ok: false, refusal: NO_DHT };
    if (!dht.isJoined) return { ok: false, refusal: NOT_JOINED };
    if (dht.isFull) return { ok: false, refusal: FULL };
    const read = readBody(body, parse);
    return read.ok ? { ok: true, value: { dht, key: read.value } } : read;
  }

  #pay(call: Call, kind: Kind): ReturnType<typeof admit> {
    const due = priced(kind);
    return admit(this.#services.admission, { call, due, priced: due });
  }
}

function priced(kind: Kind): DueRequest {
  return { weight: WEIGHTS[kind], messages: 0, subscribers: 0 };
}

function readBody<T>(
  body: Uint8Array,
  parse: (json: unknown) => Parsed<T>,
): Result<T> {
  if (body.length > LIMITS.postBytes) return { ok: false, refusal: TOO_LARGE };
  let json: unknown;
  try {
    json = JSON.parse(utf8.decode(body));
  } catch {
    return { ok: false, refusal: NOT_JSON };
  }
  const read = parse(json);
  if (read.ok) return read;
  const { field, expected } = read;
  const detail = `${field} is not usable: expected ${expected}.`;
  return { ok: false, refusal: { code: "bad-field", detail } };
}

/** Nodes of the DHT read values before they keep them. */
function parsePut(json: unknown): Parsed<MutablePut> {
  const read = parseMutableItem(json);
  return !read.ok || decodeValue(read.value.v) !== undefined ? read : {
    ok: false,
    field: "v",
    expected: "one bencoded value in its canonical form, such as 5:hello, " +
      "as base64url",
  };
}

function conflictWith(seq: number | undefined): Refusal {
  const which = seq === undefined ? "" : ` with seq ${seq}`;
  return {
    code: "dht-conflict",
    detail:
      `The DHT has another item${which}: get it, decide, and sign again ` +
      "with a greater seq; cas, where you send it, is the seq of what is there.",
  };
}

const RETRY = { "retry-after": `${RETRY_AFTER_SECONDS}` };

const NO_DHT: Refusal = {
  code: "no-dht",
  detail: "This node has no DHT: use another node.",
};

const NOT_JOINED: Refusal = {
  code: "dht-unavailable",
  detail: "This node has not joined the DHT yet; nothing was paid. Come back " +
    `in ${RETRY_AFTER_SECONDS} seconds, or use another node.`,
  headers: RETRY,
};

const FULL: Refusal = {
  code: "dht-unavailable",
  detail: "Too many requests to the DHT wait here; nothing was paid. Come " +
    `back in ${RETRY_AFTER_SECONDS} seconds, or use another node.`,
  headers: RETRY,
};

const NOBODY: Refusal = {
  code: "dht-unavailable",
  detail: "Nobody in the DHT answered in time. Try again, or use another node.",
  headers: RETRY,
};

const BAD_SIGNATURE: Refusal = {
  code: "bad-signature",
  detail:
    "sig does not sign salt, seq and v by the key k: sign the bytes that " +
    "BEP 44 says, as signMutableItem of the library does.",
};

const NOT_JSON: Refusal = {
  code: "bad-json",
  detail:
    'The body is not JSON; send { "k", "salt" } to get, and "seq", "v", ' +
    '"sig" beside them to put.',
};

const GET_REFUSALS: Record<"not-found" | "unavailable", Refusal> = {
  "not-found": {
    code: "item-not-found",
    detail: "The DHT has no item of this key and salt. Items are forgotten " +
      "after two hours unless their owner puts them again.",
  },
  "unavailable": NOBODY,
};
