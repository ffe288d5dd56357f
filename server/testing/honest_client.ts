/** What an honest client does, step by step, each over a connection of its own. */

import { assertMatch } from "@std/assert";
import { challengeOf, formatStamp, SALT_BYTES, solve } from "@sigmesh/core";
import { parseProblem, problemCodeOf, type Quote } from "@sigmesh/core/wire";
import { Wire } from "./wire.ts";

/** A node as it is dialled. */
export interface Dialled {
  readonly port: number;
  readonly origin: string;
  /** Of a node that speaks TLS. */
  readonly caCert?: string | undefined;
}

/** A post on its way. */
export interface PaidPost {
  readonly path: string;
  readonly stamp: string;
  readonly body: string;
}

/** The path of a room of its own. */
export function freshRoomPath(): string {
  return `/room/${crypto.getRandomValues(new Uint8Array(20)).toHex()}`;
}

/** Status and body of an answer. */
export async function ask(
  { port, origin, caCert }: Dialled,
  { method = "GET", path, headers = "", body = "" }: {
    method?: string;
    path: string;
    /** Lines, each with its end. */
    headers?: string;
    body?: string;
  },
): Promise<{ status: number; text: string }> {
  await using wire = await Wire.dial({ port, caCert });
  const { length } = new TextEncoder().encode(body);
  await wire.send(
    `${method} ${path} HTTP/1.1\r\nHost: ${new URL(origin).host}\r\n` +
      `Accept: application/json\r\nConnection: close\r\n` +
      `Content-Length: ${length}\r\n${headers}\r\n${body}`,
  ).catch(() => {}); // refused meanwhile
  const [head, ...rest] = (await wire.readToEnd()).split("\r\n\r\n");
  const [, status] = /^HTTP\/1.1 (\d+)/.exec(head!) ?? [];
  return { status: Number(status), text: rest.join("\r\n\r\n") };
}

/** What a post to a path must be paid with. */
export async function quoteFor(node: Dialled, path: string): Promise<Quote> {
  return JSON.parse((await ask(node, { path })).text);
}

/** Mines a stamp. */
export async function mineFor(
  { origin }: { origin: string },
  { path, body, quote, method = "POST", salt = freshSalt() }: {
    path: string;
    body: string;
    quote: Quote;
    method?: string;
    salt?: Uint8Array;
  },
): Promise<string> {
  const { token, height } = quote;
  const url = origin + path;
  const challenge = challengeOf({ token, method, url, salt, body });
  const { nonces } = await solve(challenge, height);
  return formatStamp({ token, salt, nonces });
}

function freshSalt(): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(SALT_BYTES));
}

/** A post that is paid for and not yet sent. */
export async function preparePost(
  node: Dialled,
  { path = freshRoomPath(), body = "hello" } = {},
): Promise<PaidPost> {
  const quote = await quoteFor(node, path);
  return { path, body, stamp: await mineFor(node, { path, body, quote }) };
}

/** "accepted", or the code of the refusal. */
export async function sendPost(
  node: Dialled,
  { path, stamp, body }: PaidPost,
): Promise<string> {
  const headers = `Authorization: PoW ${stamp}\r\n`;
  const { status, text } = await ask(node, {
    ...{ method: "POST", path, headers, body },
  });
  if (status === 202) return "accepted";
  const problem = text === "" ? undefined : parseProblem(JSON.parse(text));
  return problem === undefined ? `status ${status}` : problemCodeOf(problem);
}

/** Fails unless a node has taken a post. */
export async function assertTakes(
  node: Dialled,
  post: PaidPost,
): Promise<void> {
  assertMatch(await sendPost(node, post), /^accepted$/);
}
