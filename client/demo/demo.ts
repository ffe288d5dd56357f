/** The page at /demo/: everything that it shows. */

import { openChannel } from "../mod.ts";
import { Meeting } from "./meeting.ts";

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const state = element("state");
const work = element("work");
const log = element("log");
const link = element<HTMLInputElement>("link");
const text = element<HTMLInputElement>("text");
const send = element<HTMLButtonElement>("send");

const channel = openChannel(location.origin, roomOfThisPage());
const meeting = new Meeting(channel, {
  onPeers(count) {
    text.disabled = send.disabled = count === 0;
    state.textContent = count === 0
      ? "Waiting for somebody to open the address above"
      : `Connected directly to ${
        count === 1 ? "1 browser" : `${count} browsers`
      }`;
  },
  onMessage: (from, message) => show(from.slice(0, 4), message),
  onError: showError,
  post,
});

channel.addEventListener("state", ({ state: now, cause }) => {
  if (now === "reconnecting") {
    work.textContent = "Lost the node, trying again …";
  }
  if (now === "open") work.textContent = "";
  if (cause instanceof Error) showError(cause);
});
addEventListener("pagehide", () => meeting.close());
element("copy").addEventListener("click", () => copyLink().catch(showError));
element("form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (text.value === "") return;
  meeting.send(text.value);
  show("you", text.value);
  text.value = "";
});

join().catch(showError);

async function join(): Promise<void> {
  state.textContent = "Joining …";
  await channel.ready;
  await meeting.announce();
  if (text.disabled) {
    state.textContent = "Waiting for somebody to open the address above";
  }
}

/** The room is named by the page's address; the first to come draws it. */
function roomOfThisPage(): string {
  const named = location.hash.slice(1);
  const isRoom = /^[0-9a-f]{40}$/.test(named);
  const room = isRoom
    ? named
    : Array.from(crypto.getRandomValues(new Uint8Array(20)), (byte) =>
      byte.toString(16).padStart(2, "0")).join("");
  if (!isRoom) history.replaceState(null, "", `#${room}`);
  link.value = location.href;
  addEventListener("hashchange", () => location.reload());
  return room;
}

async function post(body: string): Promise<void> {
  const { cost } = await channel.post(body, {
    onProgress({ hashes, expected }) {
      const share = Math.round(hashes / Math.max(1, expected) * 100);
      work.textContent = `Paying with proof of work: ${share} % of what it ` +
        "takes on average";
    },
  });
  work.textContent = `Paid ${cost.height.toFixed(2)} bits in ` +
    `${
      Math.round(cost.milliseconds)
    } ms (${cost.engine}, threads: ${cost.threads})`;
}

function show(author: string, message: string): void {
  const item = document.createElement("li");
  const name = document.createElement("span");
  name.className = "author";
  name.textContent = author;
  item.append(name, message);
  log.append(item);
  item.scrollIntoView({ block: "nearest" });
}

async function copyLink(): Promise<void> {
  await navigator.clipboard.writeText(link.value);
  work.textContent = "Copied";
}

function showError(error: unknown): void {
  work.textContent = error instanceof Error ? error.message : String(error);
}
