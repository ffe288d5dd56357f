/** PeerJS with its own server: one page calls the other, whose name it knows. */

import type { Page } from "playwright-core";
import { installFromNpm, npmMissing } from "../load/npm_cache.ts";
import { startPinned } from "../load/processes.ts";
import { accepting, drain, freePort } from "../load/server.ts";
import type { Candidate, JoinTimes, MeetingPlace, Seat } from "./candidate.ts";
import { serveSite } from "./static_site.ts";

const CLIENT = "1.5.5";
const SERVER = "1.0.2";

/** PeerJS, as far as it is used. */
interface Connection {
  on(event: "open", listener: () => void): void;
}
interface Peer {
  on(event: "open", listener: () => void): void;
  on(event: "connection", listener: (connection: Connection) => void): void;
  on(event: "error", listener: (error: Error) => void): void;
  connect(id: string, options: { reliable: boolean }): Connection;
}
interface PeerJs {
  Peer: new (id: string, options: Record<string, unknown>) => Peer;
}

export const peerJs: Candidate = {
  name: "PeerJS",
  description: `npm peerjs ${CLIENT} and peer ${SERVER} on Node.js`,
  missing: npmMissing,
  async start() {
    const folder = await installFromNpm(`peerjs-${CLIENT}-${SERVER}`, [
      `peerjs@${CLIENT}`,
      `peer@${SERVER}`,
    ]);
    const port = freePort();
    const server = startPinned("any", [
      ...["node", `${folder}/node_modules/peer/dist/bin/peerjs.js`],
      ...["--port", `${port}`, "--host", "127.0.0.1"],
    ]);
    drain(server);
    await accepting(port);
    const site = serveSite(
      `<!DOCTYPE html><title>PeerJS</title><script src="/node_modules/peerjs/dist/peerjs.min.js"></script>`,
      folder,
    );
    return placeOf(site.url, port, async () => {
      await site.stop();
      await server.stop();
    });
  },
};

function placeOf(
  url: string,
  port: number,
  stop: MeetingPlace["stop"],
): MeetingPlace {
  return {
    url,
    load: async (page) => {
      await page.waitForFunction("globalThis.peerjs");
    },
    join: (page, seat) => join(page, seat, port),
    stop,
  };
}

/** The server holds a call for 5 s where the one called is not there yet. */
function join(
  page: Page,
  { room, number }: Seat,
  port: number,
): Promise<JoinTimes> {
  return page.evaluate(async ({ room, number, port }) => {
    const { Peer } = (globalThis as unknown as { peerjs: PeerJs }).peerjs;
    const now = () => performance.timeOrigin + performance.now();
    const joinedAt = now();
    const peer = new Peer(`${room}-${number}`, {
      host: "127.0.0.1",
      port,
      config: { iceServers: [] },
    });
    await new Promise<void>((resolve, reject) => {
      peer.on("error", reject);
      if (number === 0) {
        peer.on("connection", (connection) => connection.on("open", resolve));
      } else {
        peer.on(
          "open",
          () =>
            peer.connect(`${room}-0`, { reliable: true }).on("open", resolve),
        );
      }
    });
    return { joinedAt, openAt: now() };
  }, { room, number, port });
}
