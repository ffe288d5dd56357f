/** This project's node; posts are paid for, by stamps that need no mining. */

import { parsePosted } from "@sigmesh/core/wire";
import { VERSION } from "../../server/version.ts";
import { encodeRequest, type RawAnswer } from "./http.ts";
import { drain, type RoomServer, type ServerKind } from "./server.ts";
import { lineOf, startPinned } from "./processes.ts";
import { formStamp } from "./stamps.ts";

/** Well before a token expires. */
const RENEW_MS = 20_000;
const json = { accept: "application/json" };
const utf8 = new TextDecoder();

export const own: ServerKind = {
  name: "sigmesh",
  description: `sigmesh ${VERSION} on Deno ${Deno.version.deno}, paid posts`,
  missing: () => Promise.resolve(undefined),
  async start({ processor, config }) {
    const entry = new URL("own_server.ts", import.meta.url).href;
    const child = startPinned(processor, [
      Deno.execPath(),
      // As the task that starts a node does.
      ...["run", "--v8-flags=--max-semi-space-size=4", "--no-check", "-A"],
      ...[entry, JSON.stringify(config)],
    ]);
    const [line] = await lineOf(child, /^\{.*\}$/);
    const { port } = JSON.parse(line) as { port: number };
    drain(child);
    return new OwnServer({
      port,
      pid: child.pid,
      stop: child.stop,
      token: await firstToken(port),
    });
  },
};

async function firstToken(port: number): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/`, { headers: json });
  return (await response.json() as { token: string }).token;
}

class OwnServer implements RoomServer {
  readonly name = own.name;
  readonly port: number;
  readonly pids: readonly number[];
  readonly stop: () => Promise<number>;
  readonly #host: string;
  readonly #home: Uint8Array<ArrayBuffer>;
  #token: string;
  #tokenAt = performance.now();

  constructor({ port, pid, token, stop }: {
    port: number;
    pid: number;
    token: string;
    stop: () => Promise<number>;
  }) {
    this.port = port;
    this.pids = [pid];
    this.stop = stop;
    this.#token = token;
    this.#host = `127.0.0.1:${port}`;
    this.#home = encodeRequest("/", { host: this.#host, headers: json });
  }

  streamRequest(room: number): Uint8Array<ArrayBuffer> {
    return encodeRequest(pathOf(room), {
      host: this.#host,
      headers: { accept: "text/event-stream" },
    });
  }

  postRequest(
    { room, readers, body }: { room: number; readers: number; body: string },
  ): Uint8Array<ArrayBuffer> {
    const host = this.#host;
    const path = pathOf(room);
    const stamp = formStamp({
      token: this.#token,
      url: `http://${host}${path}`,
      body,
      subscribers: readers,
    });
    const headers = { ...json, authorization: `PoW ${stamp}` };
    return encodeRequest(path, { method: "POST", host, headers, body });
  }

  homeRequest(): Uint8Array<ArrayBuffer> {
    return this.#home;
  }

  noteAnswer({ status, body }: RawAnswer): void {
    const now = performance.now();
    if (status !== 202 || now - this.#tokenAt < RENEW_MS) return;
    const posted = parsePosted(JSON.parse(utf8.decode(body)));
    if (posted === undefined) return;
    this.#token = posted.token;
    this.#tokenAt = now;
  }
}

/** A room's path, by its number. */
export function pathOf(room: number): string {
  return `/room/${`${room}`.padStart(40, "0")}`;
}
