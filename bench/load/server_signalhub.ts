/** npm signalhub, the reference: the usual SSE signaling hub. Run by Node.js. */

import { encodeRequest } from "./http.ts";
import { startPinned } from "./processes.ts";
import {
  accepting,
  freePort,
  hasProgram,
  type RoomServer,
  type ServerKind,
} from "./server.ts";

const VERSION = "4.9.0";

export const signalhub: ServerKind = {
  name: "signalhub",
  description: `npm signalhub ${VERSION} on Node.js`,
  async missing() {
    const isThere = await hasProgram("node") && await hasProgram("npm");
    return isThere ? undefined : "install Node.js with npm";
  },
  async start({ processor }) {
    const port = freePort();
    const child = startPinned(processor, [
      "node",
      `${await install()}/node_modules/signalhub/bin.js`,
      ...["listen", "--port", `${port}`, "--host", "127.0.0.1", "--quiet"],
    ]);
    await accepting(port);
    const { pid, stop } = child;
    return describe({ port, pid, stop });
  },
};

/** Into the user's cache, once: it is no dependency of this project. */
async function install(): Promise<string> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ??
    `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  const folder = `${cache}/sigmesh-bench/signalhub-${VERSION}`;
  await Deno.mkdir(folder, { recursive: true });
  const { success, stderr } = await new Deno.Command("npm", {
    args: [
      ...["install", "--no-audit", "--no-fund", "--prefer-offline"],
      ...["--prefix", folder, `signalhub@${VERSION}`],
    ],
    stdout: "null",
    stderr: "piped",
  }).output();
  if (!success) {
    const reason = new TextDecoder().decode(stderr);
    throw new Error(`npm could not install signalhub: ${reason}`);
  }
  return folder;
}

function describe(
  { port, pid, stop }: {
    port: number;
    pid: number;
    stop: () => Promise<number>;
  },
): RoomServer {
  const host = `127.0.0.1:${port}`;
  const home = encodeRequest("/", { host });
  return {
    name: signalhub.name,
    port,
    pids: [pid],
    streamRequest: (room) => encodeRequest(`/v1/bench/${room}`, { host }),
    postRequest: ({ room, body }) =>
      encodeRequest(`/v1/bench/${room}`, { method: "POST", host, body }),
    homeRequest: () => home,
    noteAnswer() {},
    stop,
  };
}
