/** Whether a stream opens, and a post that is paid for arrives there at once. */

import { EVENTS } from "@sigmesh/core/wire";
import type { Finding } from "./finding.ts";
import { pay } from "./pay.ts";
import { within } from "./within.ts";

const FIRST_EVENT_MS = 2_000;
const ARRIVAL_MS = 1_000;
const MAX_CHARACTERS = 64 * 1024;

/** Follows a room of its own and posts there. */
export async function checkStream(origin: string): Promise<Finding[]> {
  const url = `${origin}/room/${
    crypto.getRandomValues(new Uint8Array(20)).toHex()
  }`;
  const abort = new AbortController();
  try {
    const heard = await within(FIRST_EVENT_MS, follow(url, abort.signal));
    const isOpen = heard !== undefined &&
      await within(FIRST_EVENT_MS, heard(`event: ${EVENTS.quote}`)) === true;
    if (!isOpen) return [late("stream", "no event within 2 s")];
    const opened: Finding = {
      check: "stream",
      status: "ok",
      message: "opens, and its first event comes at once",
    };
    return [opened, ...await checkPost(url, heard)];
  } finally {
    abort.abort();
  }
}

/** Resolves to whether a text has come, once it has or the stream is over. */
type Heard = (text: string) => Promise<boolean>;

async function follow(url: string, signal: AbortSignal): Promise<Heard> {
  const { body } = await fetch(url, {
    headers: { accept: "text/event-stream" },
    redirect: "manual",
    signal,
  });
  const reader = body?.pipeThrough(new TextDecoderStream()).getReader();
  signal.addEventListener("abort", () => reader?.cancel().catch(() => {}));
  let text = "";
  return async (wanted) => {
    while (!text.includes(wanted) && text.length < MAX_CHARACTERS) {
      const next = await reader?.read().catch(() => undefined);
      if (next?.value === undefined) return false;
      text += next.value;
    }
    return text.includes(wanted);
  };
}

async function checkPost(url: string, heard: Heard): Promise<Finding[]> {
  const check = "post";
  const body = `doctor ${crypto.randomUUID()}`;
  const arrival = heard(body);
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
  const todo = "switch off the proxy's buffering and compression of " +
    "text/event-stream (nginx: proxy_buffering off)";
  return { check, status: "fail", message, todo };
}
