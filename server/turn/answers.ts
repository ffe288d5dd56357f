/** What a request is answered with. */

import { ATTRIBUTE } from "./attributes.ts";
import type { Authenticator } from "./authenticator.ts";
import { REALM } from "./authenticator.ts";
import type { Client } from "./client.ts";
import { KIND, type Message } from "./message.ts";
import { MessageWriter } from "./message_writer.ts";

/** RFC 8489, section 14.8; RFC 8656, section 18. */
const REASONS = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  420: "Unknown Attribute",
  437: "Allocation Mismatch",
  438: "Stale Nonce",
  440: "Address Family not Supported",
  441: "Wrong Credentials",
  442: "Unsupported Transport Protocol",
  443: "Peer Address Family Mismatch",
  486: "Allocation Quota Reached",
  508: "Insufficient Capacity",
} as const;

export type ErrorCode = keyof typeof REASONS;

/** So many unknown attributes are named; a request can hold a thousand. */
const MOST_NAMED = 16;

/** What a handler decides: a refusal, or what a success carries. */
export type Outcome =
  | { readonly code: ErrorCode; readonly unknown?: readonly number[] }
  | { readonly add: (answer: MessageWriter) => void };

/** Writes answers; signs those to whom it is told. */
export function writeAnswer(
  request: Message,
  { outcome, key }: { outcome: Outcome; key: Uint8Array | undefined },
): Uint8Array {
  const answer = new MessageWriter({
    method: request.method,
    kind: "code" in outcome ? KIND.error : KIND.success,
    transactionId: request.transactionId,
  });
  if ("add" in outcome) outcome.add(answer);
  else {
    answer.addError(outcome.code, REASONS[outcome.code]);
    addUnknown(answer, outcome.unknown);
  }
  return finish(answer, { request, key });
}

/** 401 or 438, with what the client needs in order to try again. */
export function writeChallenge(
  request: Message,
  { code, client, authenticator }: {
    code: 401 | 438;
    client: Client;
    authenticator: Authenticator;
  },
): Uint8Array {
  const { method, transactionId } = request;
  const answer = new MessageWriter({ method, kind: KIND.error, transactionId })
    .addError(code, REASONS[code])
    .addText(ATTRIBUTE.realm, REALM)
    .addText(ATTRIBUTE.nonce, authenticator.issueNonce(client));
  return finish(answer, { request, key: undefined });
}

function addUnknown(
  answer: MessageWriter,
  unknown: readonly number[] = [],
): void {
  if (unknown.length === 0) return;
  const named = unknown.slice(0, MOST_NAMED);
  const value = named.flatMap((type) => [type >> 8, type & 0xff]);
  answer.add(ATTRIBUTE.unknownAttributes, Uint8Array.from(value));
}

/** Who sends a FINGERPRINT may need one to tell the answer from other packets. */
function finish(
  answer: MessageWriter,
  { request, key }: { request: Message; key: Uint8Array | undefined },
): Uint8Array {
  if (key !== undefined) answer.sign(key);
  if (request.has(ATTRIBUTE.fingerprint)) answer.addFingerprint();
  return answer.bytes;
}
