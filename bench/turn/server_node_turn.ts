/** npm node-turn, the server that Deno programs would otherwise embed. */

import { lineOf, startPinned } from "../load/processes.ts";
import { drain, freePort } from "../load/server.ts";
import { newCredential, type TurnServerKind } from "./server.ts";

export const nodeTurn: TurnServerKind = {
  name: "node-turn",
  description: `npm node-turn 0.0.6 on Deno ${Deno.version.deno}; ` +
    "relays no ChannelData to peers",
  missing: () => Promise.resolve(undefined),
  async start(processor) {
    const port = freePort();
    const credential = newCredential();
    const entry = new URL("node_turn_server.ts", import.meta.url).href;
    const child = startPinned(processor, [
      ...[Deno.execPath(), "run", "--no-check", "-A", entry],
      JSON.stringify({ port, ...credential }),
    ]);
    await lineOf(child, /^started$/);
    drain(child);
    const { pid, stop } = child;
    return { port, pid, stop, credential };
  },
};
