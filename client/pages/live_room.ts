/** A room as it happens: its event stream, as a bounded log. */

import { workOf } from "@sigmesh/core";
import { EVENTS, LIMITS, parseProblem, parseQuote } from "@sigmesh/core/wire";

/** Lines kept; beyond, the oldest goes. */
const MAX_LINES = 200;
/** A node sends a quote at least every 15 s: after longer silence its stream is dead. */
const SILENCE_MS = (LIMITS.heartbeatSeconds * 2 + 5) * 1000;

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const state = element("live-state");
const log = element("live-log");

/** Shows the room at this path, now and for as long as the page is open. */
export function showLiveRoom(path: string): void {
  element("live").hidden = false;
  listen(path);
}

/** EventSource reconnects by itself, unless the node refused or fell silent. */
function listen(path: string): void {
  const source = new EventSource(`${path}?since=${LIMITS.historySeconds}`);
  let silence: ReturnType<typeof setTimeout>;
  let reason = "";
  const heard = () => {
    clearTimeout(silence);
    silence = setTimeout(() => {
      source.close();
      listen(path);
    }, SILENCE_MS);
  };
  const on = (type: string, act: (event: MessageEvent<string>) => void) =>
    source.addEventListener(type, (event) => {
      heard();
      act(event);
    });
  on("message", ({ lastEventId, data }) => append(lastEventId, data));
  on(EVENTS.quote, ({ data }) => {
    reason = "";
    show("good", "Open: messages appear as they are posted.");
    showPrice(data);
  });
  on(EVENTS.resync, () => note("Messages were missed here."));
  on(EVENTS.closing, () => reason = "The node is shutting down.");
  on(EVENTS.overloaded, ({ data }) => reason = reasonIn(data));
  source.addEventListener("error", () => {
    if (source.readyState === EventSource.CONNECTING) {
      return show("busy", `Lost, connecting again. ${reason}`);
    }
    clearTimeout(silence);
    show("bad", "Lost: the node refused the stream; reload to try again.");
  });
  heard();
}

/** Screen readers read out what is set, be it the same as before. */
function show(mood: "good" | "busy" | "bad", text: string): void {
  if (state.textContent === text) return;
  state.className = `status ${mood}`;
  state.textContent = text;
}

function showPrice(data: string): void {
  const quote = parseQuote(parseJson(data));
  if (quote === undefined) return;
  const hashes = Math.round(workOf(quote.height)).toLocaleString("en");
  element("price").textContent = `${quote.height.toFixed(2)} bits`;
  element("price-work").textContent = `${hashes} hashes on average`;
}

/** A post is anybody's: it is shown as text, never as HTML. Replays repeat messages. */
function append(id: string, text: string): void {
  if ([...log.children].some((line) => line.getAttribute("data-id") === id)) {
    return;
  }
  const line = document.createElement("li");
  const name = document.createElement("code");
  const post = document.createElement("bdi");
  line.setAttribute("data-id", id);
  name.textContent = id;
  post.textContent = text;
  line.append(name, post);
  add(line);
}

function note(text: string): void {
  const line = document.createElement("li");
  line.className = "quiet";
  line.textContent = text;
  add(line);
}

function add(line: HTMLLIElement): void {
  log.append(line);
  while (log.childElementCount > MAX_LINES) log.firstElementChild!.remove();
  const view = log.parentElement!;
  view.scrollTop = view.scrollHeight;
}

function reasonIn(data: string): string {
  const problem = parseProblem(parseJson(data));
  return problem?.detail ?? "The node takes no further stream.";
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
