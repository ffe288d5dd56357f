/** Trystero's torrent strategy, over the usual tracker for browsers. */

import { installFromNpm, npmMissing } from "../load/npm_cache.ts";
import { lineOf, startPinned } from "../load/processes.ts";
import { drain, freePort } from "../load/server.ts";
import type { Candidate } from "./candidate.ts";
import { serveSite } from "./static_site.ts";
import { joinByTrystero } from "./trystero_page.ts";

const TRYSTERO = "0.25.4";
const TRACKER = "11.2.3";

const IMPORT_MAP = JSON.stringify({
  imports: {
    "@trystero-p2p/core": "/node_modules/@trystero-p2p/core/dist/index.mjs",
  },
});
const LIBRARY = "/node_modules/@trystero-p2p/torrent/dist/index.mjs";

/** The package's own command also loads its client, which needs native parts. */
const startTracker = (folder: string, port: number) =>
  `import Server from "file://${folder}/node_modules/bittorrent-tracker/server.js";
   const server = new Server({ udp: false, http: false, ws: true, stats: false });
   server.on("error", (error) => console.error(error.message));
   server.on("warning", (error) => console.error(error.message));
   server.listen(${port}, "127.0.0.1", () => console.log("started"));`;

export const torrent: Candidate = {
  name: "Trystero-torrent",
  description:
    `npm @trystero-p2p/torrent ${TRYSTERO} and bittorrent-tracker ${TRACKER} on Node.js`,
  missing: npmMissing,
  async start() {
    const folder = await installFromNpm(`torrent-${TRYSTERO}-${TRACKER}`, [
      `@trystero-p2p/torrent@${TRYSTERO}`,
      `bittorrent-tracker@${TRACKER}`,
    ]);
    const port = freePort();
    const tracker = startPinned("any", [
      ...["node", "--input-type=module", "--eval"],
      startTracker(folder, port),
    ]);
    await lineOf(tracker, /^started$/);
    drain(tracker);
    const site = serveSite(
      `<!DOCTYPE html><title>Trystero</title><script type="importmap">${IMPORT_MAP}</script>`,
      folder,
    );
    const relayConfig = { urls: [`ws://127.0.0.1:${port}`] };
    return {
      url: site.url,
      load: (page) =>
        page.evaluate((url) => import(url).then(() => {}), LIBRARY),
      join: (page, seat) =>
        joinByTrystero(page, seat, { library: LIBRARY, relayConfig }),
      async stop() {
        await site.stop();
        await tracker.stop();
      },
    };
  },
};
