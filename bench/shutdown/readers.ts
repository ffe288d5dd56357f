/**
 * Many readers in one process, each with an address of its own, that do what the
 * library's clients do when their node ends the stream: ask another one for it,
 * with what was missed. What they cannot do is pay; who is refused asks again.
 * Its argument is JSON; it prints `open` when all streams are, and once all have
 * moved, or a minute after, when each did, as JSON.
 */

import { ConnectionLoop } from "../load/connections.ts";
import { encodeRequest } from "../load/http.ts";
import { pathOf } from "../load/server_own.ts";

const { count, from, to } = JSON.parse(Deno.args[0]!) as {
  readonly count: number;
  /** Ports of 127.0.0.1: of the node that they are on, and of those to go to. */
  readonly from: number;
  readonly to: readonly number[];
};
/** Few enough that none is refused as too much for free. */
const OPENED_PER_SECOND = 500;
const TURN_MS = 10;
const PATIENCE_MS = 60_000;

const loop = new ConnectionLoop();
const latin1 = new TextDecoder("latin1");
/** When streams opened on another node, Unix time in milliseconds. */
const movedAt: number[] = [];
let opened = 0;
let refused = 0;

function follow(index: number, port: number, query = ""): void {
  let text = "";
  let isOpen = false;
  const goElsewhere = () => {
    if (!isOpen) refused++;
    follow(index, to[Math.floor(Math.random() * to.length)]!, "?since=3");
  };
  loop.dial({ address: "127.0.0.1", port }, {
    onOpen: (connection) => {
      const target = pathOf(index >> 1) + query;
      const headers = { accept: "text/event-stream" };
      const host = `127.0.0.1:${port}`;
      connection.send(encodeRequest(target, { host, headers }));
    },
    onData: (bytes, connection) => {
      if (isOpen) return;
      text += latin1.decode(bytes);
      isOpen = text.includes("event: quote");
      if (text.includes("event: overloaded")) {
        connection.close();
        goElsewhere();
      }
      if (!isOpen) return;
      if (port === from) opened++;
      else movedAt.push(performance.timeOrigin + performance.now());
    },
    onClose: goElsewhere,
  }, { source: `127.1.${index >> 8}.${index & 255}` });
}

for (let i = 0; i < count; i++) {
  follow(i, from);
  loop.turnFor(1000 / OPENED_PER_SECOND);
}
loop.turnUntil(() => opened === count, {
  withinMs: PATIENCE_MS,
  awaited: () => `${count} streams, of which ${opened} opened`,
});
console.log("open");
const endsAt = performance.now() + PATIENCE_MS;
while (movedAt.length < count && performance.now() < endsAt) loop.turn(TURN_MS);
console.log(JSON.stringify({ movedAt, refused }));
loop.turnFor(PATIENCE_MS); // those that have moved stay
