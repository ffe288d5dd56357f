/** npm signalhub, the reference: the usual SSE signaling hub. Run by Node.js. */

import { encodeRequest } from "./http.ts";
import { installFromNpm, npmMissing } from "./npm_cache.ts";
import { startPinned } from "./processes.ts";
import {
  accepting,
  freePort,
  type RoomServer,
  type ServerKind,
} from "./server.ts";

const VERSION = "4.9.0";

export const signalhub: ServerKind = {
  name: "signalhub",
  description: `npm signalhub ${VERSION} on Node.js`,
  missing: npmMissing,
  async start({ processor }) {
    const port = freePort();
    const folder = await installFromNpm(`signalhub-${VERSION}`, [
      `signalhub@${VERSION}`,
    ]);
    const child = startPinned(processor, [
      "node",
      `${folder}/node_modules/signalhub/bin.js`,
      ...["listen", "--port", `${port}`, "--host", "127.0.0.1", "--quiet"],
    ]);
    await accepting(port);
    const { pid, stop } = child;
    return describe({ port, pid, stop });
  },
};

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
