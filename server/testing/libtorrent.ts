/** A foreign node of the DHT in a process of its own: libtorrent, by its Python binding. */

import { TextLineStream } from "./text_line_stream.ts";

const script = new URL("libtorrent_dht.py", import.meta.url);

/** Debian's packages are for its own Python, which need not be the first in the path. */
const python = ["/usr/bin/python3", "python3"].find(hasLibtorrent);

/** To be added to the name of a test that is ignored for want of it. */
export const libtorrentMissing: string = python !== undefined
  ? ""
  : " (ignored: no libtorrent for Python found; install python3-libtorrent)";

function hasLibtorrent(command: string): boolean {
  try {
    const args = ["-c", "import libtorrent"];
    return new Deno.Command(command, { args }).outputSync().success;
  } catch {
    return false;
  }
}

/** Such a node. */
export interface Libtorrent {
  readonly port: number;
  /** Tells it what to do, see its script; resolves with what it tells. */
  ask(command: Record<string, unknown>): Promise<Record<string, unknown>>;
  close(): Promise<void>;
}

/** Starts one on a free port of 127.0.0.1. */
export async function startLibtorrent(): Promise<Libtorrent> {
  const child = new Deno.Command(python!, {
    args: [script.pathname],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const stdin = child.stdin.getWriter();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  async function read(): Promise<Record<string, unknown>> {
    const { done, value } = await lines.read();
    if (done) throw new Error("libtorrent ended");
    return JSON.parse(value);
  }
  const { port } = await read();
  return {
    port: port as number,
    async ask(command) {
      const line = JSON.stringify(command) + "\n";
      await stdin.write(new TextEncoder().encode(line));
      return await read();
    },
    async close() {
      await stdin.close();
      await lines.cancel();
      child.kill("SIGKILL"); // it would say goodbye to the internet first
      await child.status;
    },
  };
}
