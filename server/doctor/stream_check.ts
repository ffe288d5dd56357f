/** Whether a stream opens and stays open, and a post that is paid for arrives there at once. */

import { EVENTS, LIMITS } from "@sigmesh/core/wire";
import type { Finding } from "./finding.ts";
import { pay } from "./pay.ts";
import { within } from "./within.ts";

const FIRST_EVENT_MS = 2_000;
const ARRIVAL_MS = 1_000;
/** The next heartbeat, and how late it may be. */
const HEARTBEAT_MS = (LIMITS.heartbeatSeconds + 5) * 1000;
const MAX_CHARACTERS = 64 * 1024;
const QUOTE = `event: ${EVENTS.quote}`;
const UNBUFFERED = "switch off the proxy's buffering and compression of " +
  "text/event-stream (nginx: proxy_buffering off, gzip off)";

/** Follows a room of its own and posts there. */
export async function checkStream(origin: string): Promise<Finding[]> {
  const url = newRoom(origin);
  const abort = new AbortController();
  try {
    const stream = await within(FIRST_EVENT_MS, follow(url, abort.signal));
    const isOpen = stream !== undefined &&
      await within(FIRST_EVENT_MS, stream.heard(hasQuote)) === true;
    if (!isOpen) return [late("stream", "no event within 2 s")];
    return [opened(stream.encoding), ...await checkPost(url, stream)];
  } finally {
    abort.abort();
  }
}

/**
 * Follows another room until its next heartbeat must have come. While the price
 * moves, quotes come sooner: then the longest silence is not met.
 */
export async function checkHeartbeat(
  origin: string,
  { waitMs = HEARTBEAT_MS } = {},
): Promise<Finding> {
  const check = "heartbeat";
  const abort = new AbortController();
  try {
    let quotes = 0;
    const over = follow(newRoom(origin), abort.signal).then(({ heard }) =>
      heard((text) => {
        quotes = text.split(QUOTE).length - 1;
        return false;
      })
    );
    const isOver = await within(waitMs, over) !== undefined;
    if (isOver) return ended(check);
    if (quotes < 2) return late(check, `no second event in ${waitMs / 1000} s`);
    const message = `a stream stays open for ${waitMs / 1000} s`;
    return { check, status: "ok", message };
  } finally {
    abort.abort();
  }
}

function hasQuote(text: string): boolean {
  return text.includes(QUOTE);
}

function newRoom(origin: string): string {
  const room = crypto.getRandomValues(new Uint8Array(20)).toHex();
  return `${origin}/room/${room}`;
}

/** What has come of a stream. */
interface Followed {
  /** Of its content; null when it comes as it is. */
  readonly encoding: string | null;
  /** Resolves to whether what has come is enough, once it is or the stream is over. */
  readonly heard: (isEnough: (text: string) => boolean) => Promise<boolean>;
}

async function follow(url: string, signal: AbortSignal): Promise<Followed> {
  const { body, headers } = await fetch(url, {
    headers: { accept: "text/event-stream" },
    redirect: "manual",
    signal,
  });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  signal.addEventListener("abort", () => reader?.cancel().catch(() => {}));
  let text = "";
  return {
    encoding: headers.get("content-encoding"),
    async heard(isEnough) {
      while (!isEnough(text) && text.length < MAX_CHARACTERS) {
        const next = await reader?.read().catch(() => undefined);
        if (next?.value === undefined) return false;
        text += next.value;
      }
      return isEnough(text);
    },
  };
}

function opened(encoding: string | null): Finding {
  const check = "stream";
  if (encoding === null) {
    const message = "opens, and its first event comes at once";
    return { check, status: "ok", message };
  }
  const message = `comes compressed (${encoding}), which may hold events back`;
  return { check, status: "warn", message, todo: UNBUFFERED };
}

async function checkPost(
  url: string,
  { heard }: Followed,
): Promise<Finding[]> {
  const check = "post";
  const body = `doctor ${crypto.randomUUID()}`;
  const arrival = heard((text) => text.includes(body));
  const paid = await pay(url, body);
  if (!paid.ok) {
    const { message, todo } = paid;
    return [{ check, status: "fail", message, todo }];
  }
  const { answer: { status }, height } = paid;
  if (status !== 202) {
    const message = `a post that was paid for got status ${status}`;
    const todo =
      "let the proxy pass Authorization on, and the Host that was dialled";
    return [{ check, status: "fail", message, todo }];
  }
  const message = `taken at ${height.toFixed(1)} bits`;
  const taken: Finding = { check, status: "ok", message };
  const isHeard = await within(ARRIVAL_MS, arrival) === true;
  return [
    taken,
    isHeard
      ? { check: "delivery", status: "ok", message: "a post comes at once" }
      : late("delivery", "a post did not come on the stream within 1 s"),
  ];
}

function late(check: string, message: string): Finding {
  return { check, status: "fail", message, todo: UNBUFFERED };
}

function ended(check: string): Finding {
  return {
    check,
    status: "fail",
    message: "the stream ended before its next heartbeat",
    todo: `let the proxy bear ${LIMITS.heartbeatSeconds} s of silence ` +
      "(nginx: proxy_read_timeout 60s), and not bound how long an answer takes",
  };
}
