/** Runs one flood: every connection asks as soon as it may, and comes back at once. */

import type { ConnectionLoop } from "../load/connections.ts";
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
  let sent = 0;
  let closed = 0;
  const answered: Record<string, number> = {};
  const to = { address: "127.0.0.1", port };
  const nextRequest = () => requests[sent++ % requests.length]!;

  function dial(lane: number): void {
    const reader = new AnswerReader();
    const count = (status: number) => {
      answered[status] = (answered[status] ?? 0) + 1;
    };
    loop.dial(to, {
      onOpen: (connection) => connection.send(nextRequest()),
      onData(bytes, connection) {
        if (flood.request === "stream") count(statusOfStream(bytes));
        else {
          reader.read(bytes, ({ status }) => {
            count(status);
            if (!flood.isOneShot) connection.send(nextRequest());
          });
        }
        if (!flood.isOneShot) return;
        connection.close();
        dial(lane);
      },
      onClose() {
        closed++;
        dial(lane);
      },
    }, { source: sourceOf(flood, lane) });
  }

  const started = performance.now();
  for (let lane = 0; lane < flood.connections; lane++) dial(lane);
  if (flood.connections === 0) spinFor(ms);
  else loop.turnFor(ms);
  const seconds = (performance.now() - started) / 1000;
  loop.closeAll();
  return { seconds, sent, answered, closed };
}

/** `HTTP/1.1 200 OK` */
function statusOfStream(bytes: Uint8Array): number {
  return Number(new TextDecoder("latin1").decode(bytes.subarray(9, 12)));
}

function spinFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end) { /* a busy neighbour */ }
}
