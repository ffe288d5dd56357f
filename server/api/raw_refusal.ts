/** Refusals of what never becomes a request: the answer is made by hand. */

import type { Duplex } from "node:stream";
import { SERVER_LIMITS } from "../limits.ts";
import { Reply } from "./exchange.ts";
import { problemOf, PROBLEMS, type Refusal } from "./problem.ts";

/** Refusals that are made before there is a request to answer. */
export type RawRefusal =
  | "bad-request"
  | "body-too-large"
  | "headers-too-large"
  | "request-timeout";

/** How many of each there were: none yet. */
export function createRefusalTotals(): Record<RawRefusal, number> {
  return {
    "bad-request": 0,
    "body-too-large": 0,
    "headers-too-large": 0,
    "request-timeout": 0,
  };
}

/** After refusing a body, for how long the client may read the refusal. */
const LINGER_MS = 1000;

const { postBytes, headers, headerBytes, headerSeconds, requestSeconds } =
  SERVER_LIMITS;

const DETAILS: Record<RawRefusal, string> = {
  "bad-request": "This is no HTTP request that this node can read.",
  "body-too-large": `A body has at most ${postBytes} bytes.`,
  "headers-too-large":
    `A request's head has at most ${headerBytes} bytes and ` +
    `${headers} headers.`,
  "request-timeout":
    `A request's head must arrive within ${headerSeconds} s, ` +
    `the whole of it within ${requestSeconds} s.`,
};

/** What the parser of HTTP/1.1 means. */
export function codeOfUnparsed(
  { code, message }: Error & { code?: string },
): RawRefusal {
  if (code === "ERR_HTTP_REQUEST_TIMEOUT") return "request-timeout";
  return /overflow/i.test(message) ? "headers-too-large" : "bad-request";
}

/** The refusal as an answer. */
export function rawRefusal(code: RawRefusal): Reply {
  const headers = {
    "content-type": "application/problem+json",
  };
  return new Reply(PROBLEMS[code].status, headers, bodyOf(code));
}

/** The refusal as bytes of HTTP/1.1, for a connection that can be understood no further. */
export function endWithRefusal(socket: Duplex, code: RawRefusal): void {
  endWith(socket, { code, detail: DETAILS[code] });
}

/** The same with a detail of one's own. */
export function endWith(socket: Duplex, refusal: Refusal): void {
  const { status, title } = PROBLEMS[refusal.code];
  const body = new TextEncoder().encode(JSON.stringify(problemOf(refusal)));
  detach(socket);
  socket.write(
    `HTTP/1.1 ${status} ${title}\r\nConnection: close\r\n` +
      "Access-Control-Allow-Origin: *\r\n" +
      "Content-Type: application/problem+json\r\n" +
      `Content-Length: ${body.length}\r\n\r\n`,
  );
  socket.end(body);
  destroyLater(socket);
}

/**
 * What still comes is thrown away. `node:http` would read it with a parser that
 * by then may be another connection's: that one would be answered what this one
 * asks for.
 */
function detach(socket: Duplex): void {
  socket.removeAllListeners("data").removeAllListeners("end");
  socket.once("end", () => socket.destroy());
  socket.resume();
}

/** Not at once: a connection that ends with unread bytes takes its answer with it. */
export function destroyLater(socket: Duplex): void {
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
}

function bodyOf(code: RawRefusal): string {
  return JSON.stringify(problemOf({ code, detail: DETAILS[code] }));
}
