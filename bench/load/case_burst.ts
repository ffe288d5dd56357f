/** One room of a thousand: how many events a second a server hands out. */

import { assertClean, type LoadCase } from "./case.ts";
import { Meter } from "./meter.ts";
import { postInFlight } from "./pace.ts";
import { percentile } from "./statistics.ts";
import { RoomTraffic } from "./traffic.ts";

const READERS = 1000;
const POST_BYTES = 300;
const IN_FLIGHT = 8;
const WARM_UP_MS = 1000;

export const burstCase: LoadCase = {
  name: "burst",
  description: "fan-out of bursts in a room of a thousand",
  run({ loop, server, ms }) {
    const traffic = new RoomTraffic({ loop, server, postBytes: POST_BYTES });
    traffic.openStreams({ rooms: 1, perRoom: READERS });
    traffic.openPosters(IN_FLIGHT);
    const pace = { loop, traffic, rooms: 1 };
    postInFlight({ ...pace, ms: WARM_UP_MS }, IN_FLIGHT);
    traffic.settle();
    let events = 0;
    const latencies: number[] = [];
    traffic.onDelivery = () => events++;
    traffic.onComplete = (latencyMs) => latencies.push(latencyMs);
    const meter = new Meter(server.pids);
    postInFlight({ ...pace, ms }, IN_FLIGHT);
    const rate = events / meter.seconds;
    const shares = meter.shares();
    assertClean(traffic.refusals, traffic.settle());
    return Promise.resolve({
      [
        `One room of ${READERS}, ${IN_FLIGHT} posts of ${POST_BYTES} bytes in ` +
        "flight; p99 is of a post's last delivery"
      ]: {
        "events/s": rate,
        "p99 ms": percentile(latencies, 0.99),
        ...shares,
      },
    });
  },
};
