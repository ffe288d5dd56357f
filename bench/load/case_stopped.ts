/** Readers that stop reading: what they cost the others, and how long they may stay. */

import { assertClean, type CaseContext, type LoadCase, rest } from "./case.ts";
import { Meter, type Metrics } from "./meter.ts";
import { type Pace, postAtRate } from "./pace.ts";
import { rssOf } from "./server.ts";
import { readSocketTable } from "./socket_table.ts";
import { percentile } from "./statistics.ts";
import { RoomTraffic } from "./traffic.ts";

const READERS = 100;
const STOPPED = 10;
const POST_BYTES = 1000;
/** Fills what the kernel holds for a reader, some 3 MB, in six seconds. */
const RATE = 500;
const POSTERS = 16;
const WARM_UP_MS = 1000;
const LOOK_MS = 100;
/** A server that has not closed them by then keeps them. */
const PATIENCE_MS = 12_000;

export const stoppedCase: LoadCase = {
  name: "stopped",
  description: "readers that stop: what the others notice, when they are shed",
  async run(context) {
    const { loop, server, ms } = context;
    const traffic = new RoomTraffic({ loop, server, postBytes: POST_BYTES });
    traffic.openStreams({ rooms: 1, perRoom: READERS });
    traffic.openPosters(POSTERS);
    const pace = { loop, traffic, rooms: 1, ms };
    postAtRate({ ...pace, ms: WARM_UP_MS }, { perSecond: RATE });
    const before = measureDeliveries(traffic, {
      pids: server.pids,
      run: () => postAtRate(pace, { perSecond: RATE }),
    });
    return {
      [
        `${STOPPED} of ${READERS} readers stop, ${RATE} posts of ` +
        `${POST_BYTES} bytes a second`
      ]: {
        "p99 before, ms": before["p99 ms"]!,
        ...await stop(context, pace),
      },
    };
  },
};

async function stop({ server }: CaseContext, pace: Pace): Promise<Metrics> {
  const { traffic } = pace;
  traffic.settle();
  await rest(LOOK_MS);
  const rssBefore = rssOf(server);
  const stopped = traffic.streams.slice(0, STOPPED);
  for (const { connection } of stopped) connection.stopReading();
  traffic.expectFewerReaders(STOPPED);
  const watch = new ShedWatch(
    server.port,
    stopped.map(({ connection }) => connection.localPort),
  );
  let mostRss = rssBefore;
  const looks = new Looks(() => {
    mostRss = Math.max(mostRss, rssOf(server));
    return watch.look(performance.now());
  });
  const patient = { ...pace, ms: PATIENCE_MS };
  const isDone = () => looks.isDone();
  const { "p99 ms": p99, ...shares } = measureDeliveries(traffic, {
    pids: server.pids,
    run: () => postAtRate(patient, { perSecond: RATE, isDone }),
    counts: (dueAt) => !looks.disturbed(dueAt),
  });
  assertClean(traffic.refusals, 0);
  return {
    "p99 with them, ms": p99!,
    "shed": watch.shed,
    "shed after, s": watch.longestMs / 1000,
    "kernel held, MB": watch.mostUnsentBytes / 1e6,
    "RSS before, MB": rssBefore / 1e6,
    "RSS most, MB": mostRss / 1e6,
    ...shares,
  };
}

function measureDeliveries(
  traffic: RoomTraffic,
  { pids, run, counts = () => true }: {
    pids: readonly number[];
    run: () => void;
    /** Whether a delivery does, by when its post was due. */
    counts?: (dueAt: number) => boolean;
  },
): Metrics {
  const latencies: number[] = [];
  traffic.onDelivery = (ms, dueAt) => {
    if (counts(dueAt)) latencies.push(ms);
  };
  const meter = new Meter(pids);
  run();
  return { "p99 ms": percentile(latencies, 0.99), ...meter.shares() };
}

/**
 * Looks now and then. A look takes the kernel some milliseconds, in which the
 * generator neither sends nor receives: what that delays must not count.
 */
class Looks {
  readonly #look: () => boolean;
  #startedAt = 0;
  #endedAt = 0;
  #isFirstTurnAfter = false;
  #isDone = false;

  constructor(look: () => boolean) {
    this.#look = look;
  }

  /** To be asked once a turn. */
  isDone(): boolean {
    this.#isFirstTurnAfter = false;
    const now = performance.now();
    if (now - this.#endedAt < LOOK_MS) return this.#isDone;
    this.#startedAt = now;
    this.#isDone = this.#look();
    this.#endedAt = performance.now();
    this.#isFirstTurnAfter = true;
    return this.#isDone;
  }

  /** Whether a look kept this delivery, or its post, waiting. */
  disturbed(dueAt: number): boolean {
    return this.#isFirstTurnAfter ||
      (dueAt >= this.#startedAt && dueAt <= this.#endedAt);
  }
}

/**
 * Looks at the server's ends of connections: nobody who does not read can see
 * that the other end has closed. Time counts from when the kernel took the last
 * byte for a reader, before which no server can know.
 */
class ShedWatch {
  mostUnsentBytes = 0;
  /** NaN while none was shed. */
  longestMs = NaN;
  shed = 0;
  readonly #port: number;
  readonly #open: Map<number, { unsentBytes: number; fullAt: number }>;

  constructor(port: number, remotePorts: readonly number[]) {
    this.#port = port;
    const fullAt = performance.now();
    this.#open = new Map(
      remotePorts.map((remote) => [remote, { unsentBytes: 0, fullAt }]),
    );
  }

  /** True when all are shed. */
  look(now: number): boolean {
    const rows = readSocketTable(this.#port);
    for (const [remote, seen] of this.#open) {
      const row = rows.get(remote);
      if (row === undefined || !row.isEstablished) {
        this.#open.delete(remote);
        this.shed++;
        const tookMs = now - seen.fullAt;
        this.longestMs = Math.max(tookMs, this.longestMs || 0);
        continue;
      }
      if (row.unsentBytes > seen.unsentBytes) {
        seen.unsentBytes = row.unsentBytes;
        seen.fullAt = now;
      }
      this.mostUnsentBytes = Math.max(this.mostUnsentBytes, seen.unsentBytes);
    }
    return this.#open.size === 0;
  }
}
