/** Many rooms of two: what an idle stream costs, then what such rooms carry. */

import { assertClean, type CaseContext, type LoadCase, rest } from "./case.ts";
import { Meter, type Metrics } from "./meter.ts";
import { type Pace, postAtRate, postInFlight } from "./pace.ts";
import { rssOf } from "./server.ts";
import { percentile } from "./statistics.ts";
import { RoomTraffic } from "./traffic.ts";

const PER_ROOM = 2;
const POST_BYTES = 300;
const POSTERS = 64;
const RATE = 1000;
const WARM_UP_MS = 1000;
/** Until what connecting has left behind is done. */
const CALM_MS = 1500;

export const roomsCase: LoadCase = {
  name: "rooms",
  description: "rooms of two: connects and memory, posts a second, latency",
  async run(context) {
    const { loop, server, streams, ms } = context;
    const rooms = streams / PER_ROOM;
    const traffic = new RoomTraffic({ loop, server, postBytes: POST_BYTES });
    const idle = await connect(context, traffic);
    traffic.openPosters(POSTERS);
    const pace = { loop, traffic, rooms, ms };
    postInFlight({ ...pace, ms: WARM_UP_MS }, POSTERS);
    traffic.settle();
    const closed = measureThroughput(pace, server.pids);
    const open = measureLatency(pace, server.pids);
    return {
      [`${streams} idle streams in ${rooms} rooms of ${PER_ROOM}`]: idle,
      [
        `Posts of ${POST_BYTES} bytes into ${rooms} rooms of ${PER_ROOM}, ` +
        `${POSTERS} in flight; delivered to both`
      ]: closed,
      [
        `The same at ${RATE} posts a second: from when a post was due to each ` +
        "delivery"
      ]: open,
    };
  },
};

async function connect(
  { server, streams }: CaseContext,
  traffic: RoomTraffic,
): Promise<Metrics> {
  const before = rssOf(server);
  const meter = new Meter(server.pids);
  traffic.openStreams({ rooms: streams / PER_ROOM, perRoom: PER_ROOM });
  const rate = streams / meter.seconds;
  const shares = meter.shares();
  await rest(CALM_MS);
  return {
    "connects/s": rate,
    "KB per stream": (rssOf(server) - before) / streams / 1000,
    ...shares,
  };
}

function measureThroughput(pace: Pace, pids: readonly number[]): Metrics {
  const { traffic } = pace;
  const latencies: number[] = [];
  traffic.onComplete = (ms) => latencies.push(ms);
  const meter = new Meter(pids);
  postInFlight(pace, POSTERS);
  const rate = latencies.length / meter.seconds;
  const shares = meter.shares();
  assertClean(traffic.refusals, traffic.settle());
  traffic.onComplete = () => {};
  return { "posts/s": rate, "p99 ms": percentile(latencies, 0.99), ...shares };
}

function measureLatency(pace: Pace, pids: readonly number[]): Metrics {
  const { traffic } = pace;
  const latencies: number[] = [];
  traffic.onDelivery = (ms) => latencies.push(ms);
  const meter = new Meter(pids);
  postAtRate(pace, { perSecond: RATE });
  const shares = meter.shares();
  assertClean(traffic.refusals, traffic.settle());
  return {
    "p50 ms": percentile(latencies, 0.5),
    "p99 ms": percentile(latencies, 0.99),
    "p99.9 ms": percentile(latencies, 0.999),
    ...shares,
  };
}
