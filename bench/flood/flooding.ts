/** Runs one flood: every connection asks as soon as it may, and waits for nobody. */

import type { Connection, ConnectionLoop } from "../load/connections.ts";
import { AnswerReader } from "../load/http.ts";
import { type Flood, sourceOf } from "./floods.ts";

/** What came of a flood. */
export interface FloodCounts {
  readonly seconds: number;
  /** Requests that were sent. */
  readonly sent: number;
  /** Answers by status; a stream counts when its first bytes came. */
  readonly answered: Readonly<Record<string, number>>;
  /** Connections that the node closed, or did not let come about. */
  readonly closed: number;
  /** Connections given up since an answer was held back; each was dialled anew at once. */
  readonly abandoned: number;
}

/** How long a connection waits for an answer; longer than a node at full load takes. */
const PATIENCE_MS = 300;
const LOOK_MS = 50;

/** One of the flood's connections. */
interface Lane {
  connection: Connection | undefined;
  /** When it was dialled, or asked last. */
  since: number;
}

/** Floods for so long. */
export function runFlood(
  loop: ConnectionLoop,
  flood: Flood,
  { port, ms, requests }: {
    port: number;
    ms: number;
    requests: readonly Uint8Array<ArrayBuffer>[];
  },
): FloodCounts {
  let [sent, closed, abandoned] = [0, 0, 0];
  const answered: Record<string, number> = {};
  const to = { address: "127.0.0.1", port };
  const lanes = Array.from(
    { length: flood.connections },
    (): Lane => ({ connection: undefined, since: 0 }),
  );

  function ask(lane: Lane, connection: Connection): void {
    lane.since = performance.now();
    connection.send(requests[sent++ % requests.length]!);
  }

  function dial(lane: Lane, index: number): void {
    const reader = new AnswerReader();
    const count = (status: number) => {
      answered[status] = (answered[status] ?? 0) + 1;
    };
    const handler = {
      onOpen: (connection: Connection) => ask(lane, connection),
      onData(bytes: Uint8Array, connection: Connection) {
        if (flood.request === "stream") count(statusOfStream(bytes));
        else {
          reader.read(bytes, ({ status }) => {
            count(status);
            if (!flood.isOneShot) ask(lane, connection);
          });
        }
        if (!flood.isOneShot) return;
        connection.close();
        dial(lane, index);
      },
      onClose() {
        closed++;
        dial(lane, index);
      },
    };
    lane.since = performance.now();
    const source = sourceOf(flood, index);
    lane.connection = loop.dial(to, handler, { source });
  }

  function abandonSlow(now: number): void {
    for (const [index, lane] of lanes.entries()) {
      if (now - lane.since < PATIENCE_MS) continue;
      abandoned++;
      lane.connection?.close();
      dial(lane, index);
    }
  }

  const started = performance.now();
  lanes.forEach(dial);
  if (lanes.length === 0) spinFor(ms);
  for (let now = started; now < started + ms; now = performance.now()) {
    loop.turnFor(Math.min(LOOK_MS, started + ms - now));
    abandonSlow(performance.now());
  }
  const seconds = (performance.now() - started) / 1000;
  loop.closeAll();
  return { seconds, sent, answered, closed, abandoned };
}

/** `HTTP/1.1 200 OK` */
function statusOfStream(bytes: Uint8Array): number {
  return Number(new TextDecoder("latin1").decode(bytes.subarray(9, 12)));
}

function spinFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end) { /* a busy neighbour */ }
}
