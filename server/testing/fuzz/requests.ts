/** Requests, most of them nearly right. */

import type { PaidPost } from "../honest_client.ts";
import type { Dice } from "./dice.ts";

/** Rooms that all conversations share. */
export const ROOMS: readonly string[] = Array.from(
  { length: 8 },
  (_, i) => `/room/${`${i}`.repeat(40)}`,
);

const METHODS = [
  "GET",
  "GET",
  "GET",
  "POST",
  "POST",
  "HEAD",
  "OPTIONS",
  "PUT",
  "TRACE",
  "CONNECT",
  "get",
  "PRI",
];
const PATHS = [
  "/",
  "/ip",
  "/nodes",
  "/health",
  "/metrics",
  "/dht-get",
  "/dht-put",
  "/client.js",
  "/trystero.js",
  "/demo",
  "/demo/",
  "/page.css",
  "/room/",
  "/room",
  "//",
  "/%00",
  "/%",
  "*",
  "http://evil.example/",
  "/../..",
  "",
];
const QUERIES = [
  "",
  "",
  "?since=60",
  "?since=1e9",
  "?since=-1",
  "?last_event_id=x",
  "?pow=",
  "?pow=" + "A".repeat(104),
  "?%=%zz",
  "?" + "a=b&".repeat(500),
];
const VERSIONS = [
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/2.0",
  "HTTP/1.2",
  "http/1.1",
  "",
];
const ACCEPTS = [
  "application/json",
  "text/event-stream",
  "text/event-stream",
  "text/html",
  "*/*",
  ",;q=0",
  "text/event-stream;q=0",
];
const ODD_LINES = [
  "Content-Length: 5",
  "Content-Length: -1",
  "Content-Length: 99999999999999999999",
  "Transfer-Encoding: chunked",
  "Transfer-Encoding: gzip, chunked",
  "Connection: close",
  "Connection: keep-alive, Upgrade",
  "Upgrade: websocket",
  "Upgrade: h2c",
  "Expect: 100-continue",
  "Expect: nonsense",
  "Host: evil.example",
  "X-Forwarded-For: unknown, ::1, 999.9.9.9",
  "X-Forwarded-Proto: https",
  "Authorization: PoW x",
  "Authorization: Basic eDp5",
  "Last-Event-ID: x",
  "If-None-Match: *",
  "Content-Type: application/json",
  " folded: line",
  "no colon",
  "Space : before",
  ": nameless",
  "NUL: \0",
  "CR: \r x",
];

/** A request: head, and body as it is framed. */
export function composeRequest(dice: Dice, { host }: { host: string }): string {
  if (dice.onceIn(4)) return composeStream(dice, { host });
  const method = dice.pick(METHODS);
  const path = dice.onceIn(2) ? dice.pick(ROOMS) : dice.pick(PATHS);
  const body = dice.onceIn(3) ? "x".repeat(dice.below(1100)) : "";
  const framing = framingOf(dice, method === "POST" ? body : "");
  const lines = [
    `${method} ${path}${dice.pick(QUERIES)} ${dice.pick(VERSIONS)}`,
    `Host: ${host}`,
    ...commonLines(dice),
    ...framing.lines,
  ];
  while (dice.onceIn(3)) {
    lines.splice(1 + dice.below(lines.length), 0, dice.pick(ODD_LINES));
  }
  if (dice.onceIn(40)) lines.push(`X-Long: ${"x".repeat(dice.below(40_000))}`);
  if (dice.onceIn(40)) lines.push(...Array(dice.below(200)).fill("X-Y: z"));
  return `${lines.join("\r\n")}\r\n\r\n${framing.body}`;
}

/** A stream, as it should be. */
function composeStream(dice: Dice, { host }: { host: string }): string {
  const replay = dice.pick(["", "?since=60", "?since=0.5", "?last_event_id=x"]);
  const accept = "Accept: text/event-stream";
  const lines = [
    `GET ${dice.pick(ROOMS)}${replay} HTTP/1.1`,
    `Host: ${host}`,
    ...[addressLine(dice), accept],
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** A paid post, as it should be. */
export function formatPost(
  dice: Dice,
  { host, post: { path, stamp, body } }: { host: string; post: PaidPost },
): string {
  const framing = framingOf(dice, body);
  const isInQuery = dice.onceIn(2);
  const lines = [
    `POST ${path}${isInQuery ? `?pow=${stamp}` : ""} HTTP/1.1`,
    `Host: ${host}`,
    ...(isInQuery ? [] : [`Authorization: PoW ${stamp}`]),
    ...commonLines(dice),
    ...framing.lines,
  ];
  return `${lines.join("\r\n")}\r\n\r\n${framing.body}`;
}

function commonLines(dice: Dice): string[] {
  return [addressLine(dice), `Accept: ${dice.pick(ACCEPTS)}`];
}

/** One of many clients behind one proxy, so that not all are refused for asking too much. */
function addressLine(dice: Dice): string {
  return `X-Forwarded-For: 198.51.${dice.below(4)}.${dice.below(256)}`;
}

function framingOf(
  dice: Dice,
  body: string,
): { lines: string[]; body: string } {
  if (body === "") return { lines: [], body };
  if (dice.onceIn(2)) {
    const claimed = dice.onceIn(6) ? dice.below(3000) : body.length;
    return { lines: [`Content-Length: ${claimed}`], body };
  }
  return { lines: ["Transfer-Encoding: chunked"], body: chunksOf(dice, body) };
}

function chunksOf(dice: Dice, body: string): string {
  let text = "";
  for (let at = 0; at < body.length;) {
    const length = 1 + dice.below(body.length - at);
    const claimed = dice.onceIn(20) ? dice.below(70_000) : length;
    const extension = dice.onceIn(20)
      ? `;x=${"y".repeat(dice.below(200))}`
      : "";
    const chunk = body.slice(at, at += length);
    text += `${claimed.toString(16)}${extension}\r\n${chunk}\r\n`;
  }
  const trailer = dice.onceIn(20) ? "X-Trailer: y\r\n" : "";
  return dice.onceIn(10) ? text : `${text}0\r\n${trailer}\r\n`;
}
