/** Refusals: problem details (RFC 9457) and their codes. */

import {
  hasFields,
  isAbsentOr,
  isCount,
  isHeight,
  isString,
  isToken,
} from "./fields.ts";

/** Why a request was refused. Stable; `type` is `urn:sigmesh:problem:<code>`. */
export type ProblemCode =
  | "stamp-missing"
  | "stamp-malformed"
  | "stamp-non-canonical"
  | "stamp-too-low"
  | "stamp-mismatch"
  | "stamp-spent"
  | "token-forged"
  | "token-expired"
  | "token-before-start"
  | "token-from-future"
  | "bad-request"
  | "bad-room"
  | "bad-field"
  | "bad-json"
  | "post-not-utf8"
  | "post-has-control"
  | "body-too-large"
  | "headers-too-large"
  | "request-timeout"
  | "host-refused"
  | "denied"
  | "room-denied"
  | "not-found"
  | "method-not-allowed"
  | "too-many-subscribers"
  | "too-many-subscribers-per-address"
  | "too-many-rooms"
  | "too-many-requests"
  | "too-busy"
  | "no-turn"
  | "turn-unavailable"
  | "credential-expired"
  | "no-dht"
  | "dht-unavailable"
  | "dht-conflict"
  | "item-not-found"
  | "bad-signature"
  | "shutting-down"
  | "internal";

/** A refusal: problem details as of RFC 9457. */
export interface Problem {
  /** `urn:sigmesh:problem:<code>`. */
  readonly type: string;
  /** The same sentence for every problem of this type. */
  readonly title: string;
  /** HTTP status. */
  readonly status: number;
  /** What went wrong this time and what to do next. */
  readonly detail: string;
  /** With 401: a fresh token. */
  readonly token?: string;
  /** With 401: what is owed under that token, in bits. */
  readonly height?: number;
  /** With `stamp-too-low`: what is owed under the token that was presented, in bits. */
  readonly owed?: number;
  /** With `stamp-mismatch`: what this node hashed. */
  readonly expected?: {
    readonly method: string;
    readonly url: string;
    /** SHA-256 of the body, base64url. */
    readonly bodyHash: string;
  };
}

const PROBLEM_PREFIX = "urn:sigmesh:problem:";

/** `type` of a problem. */
export function problemType(code: ProblemCode): string {
  return PROBLEM_PREFIX + code;
}

/** Whether a problem is of this protocol, and not a proxy's. */
export function isProblemOfNode({ type }: Problem): boolean {
  return type.startsWith(PROBLEM_PREFIX);
}

/** The code in a problem's `type`, as text: newer nodes may send codes unknown here. */
export function problemCodeOf(problem: Problem): string {
  return isProblemOfNode(problem)
    ? problem.type.slice(PROBLEM_PREFIX.length)
    : problem.type;
}

/** Reads {@linkcode Problem} from JSON. Undefined when it is none. */
export function parseProblem(value: unknown): Problem | undefined {
  return hasFields(value, {
      type: isString,
      title: isString,
      status: isCount,
      detail: isString,
      token: isAbsentOr(isToken),
      height: isAbsentOr(isHeight),
      owed: isAbsentOr(isHeight),
      expected: isAbsentOr((expected) =>
        hasFields(expected, {
          method: isString,
          url: isString,
          bodyHash: isString,
        })
      ),
    })
    ? value as unknown as Problem
    : undefined;
}
