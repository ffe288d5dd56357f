/** SIGTERM with all streams open: how long until the process has ended. */

import type { LoadCase } from "./case.ts";
import { RoomTraffic } from "./traffic.ts";

const PER_ROOM = 2;

export const shutdownCase: LoadCase = {
  name: "shutdown",
  description: "SIGTERM with all streams open",
  async run({ loop, server, streams }) {
    const traffic = new RoomTraffic({ loop, server, postBytes: 0 });
    traffic.openStreams({ rooms: streams / PER_ROOM, perRoom: PER_ROOM });
    const started = performance.now();
    const status = await server.stop();
    return {
      [`SIGTERM with ${streams} streams open`]: {
        "seconds to the end": (performance.now() - started) / 1000,
        "exit status": status,
      },
    };
  },
};
