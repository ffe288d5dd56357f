/** What a server under test is, as the generator sees it. */

import type { RawAnswer } from "./http.ts";
import { type Child, usageOf } from "./processes.ts";

/** Room numbers become each server's own names. */
export interface RoomServer {
  readonly name: string;
  /** Of 127.0.0.1. */
  readonly port: number;
  /** Its processes. */
  readonly pids: readonly number[];
  /** Opens an event stream. */
  streamRequest(room: number): Uint8Array<ArrayBuffer>;
  /** Posts to a room; `readers` are its open streams. */
  postRequest(post: RoomPost): Uint8Array<ArrayBuffer>;
  /** Asks for `GET /`. */
  homeRequest(): Uint8Array<ArrayBuffer>;
  /** Sees every answer to a post. */
  noteAnswer(answer: RawAnswer): void;
  /** Ends it by SIGTERM; gives its exit status. */
  stop(): Promise<number>;
}

/** A post to be sent; the body is ASCII. */
export interface RoomPost {
  readonly room: number;
  readonly readers: number;
  readonly body: string;
}

/** One that can be started. */
export interface ServerKind {
  readonly name: string;
  /** What it is, with its version, for the report. */
  readonly description: string;
  /** What to install where it cannot be run; undefined when it can. */
  missing(): Promise<string | undefined>;
  /** Starts it, on a processor of its own if one is named. */
  start(options: StartOptions): Promise<RoomServer>;
}

/** Options of {@linkcode ServerKind.start}. */
export interface StartOptions {
  readonly processor: number | "any";
  /** Further settings of this project's node. */
  readonly config: Readonly<Record<string, unknown>>;
}

/** Those that can be run here, and what to install for the others. */
export async function sortOut<
  Kind extends Pick<ServerKind, "name" | "missing">,
>(all: readonly Kind[]): Promise<{ kinds: Kind[]; skipped: string[] }> {
  const kinds: Kind[] = [];
  const skipped: string[] = [];
  for (const kind of all) {
    const missing = await kind.missing();
    if (missing === undefined) kinds.push(kind);
    else skipped.push(`${kind.name}: ${missing}`);
  }
  return { kinds, skipped };
}

const ANSWER_WITHIN_MS = 10_000;

/** A port of 127.0.0.1 that is free now. */
export function freePort(): number {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
}

/** Resolves when something accepts connections there. */
export async function accepting(port: number): Promise<void> {
  const deadline = performance.now() + ANSWER_WITHIN_MS;
  while (true) {
    try {
      (await Deno.connect({ hostname: "127.0.0.1", port })).close();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}

/** Whether a program can be run. */
export async function hasProgram(name: string): Promise<boolean> {
  try {
    await new Deno.Command(name, {
      args: ["--version"],
      stdout: "null",
      stderr: "null",
    }).output();
    return true;
  } catch {
    return false;
  }
}

/** Reads what is written to nobody, so that the pipe does not fill. */
export function drain({ lines }: Child): void {
  (async () => {
    while (!(await lines.read()).done);
  })();
}

/** Memory that the server holds now. */
export function rssOf({ pids }: RoomServer): number {
  return usageOf(pids).rssBytes;
}
