/** `GET /` of a node whose TURN server relays at half of what it can. */

import { ConnectionLoop } from "../load/connections.ts";
import { AnswerReader, encodeRequest } from "../load/http.ts";
import type { Metrics } from "../load/meter.ts";
import { percentile } from "../load/statistics.ts";
import { openSessions, RelayMeter } from "./case.ts";
import { DatagramLoop } from "./datagrams.ts";
import { newCredential } from "./server.ts";
import { type OwnServer, startOwn } from "./server_own.ts";
import type { TurnSession } from "./session.ts";
import { offer, PingPong } from "./traffic.ts";

/** Where the TURN server runs, by the name that the report gives it. */
export const PLACEMENTS = {
  "TURN in a worker": "node-worker",
  "TURN on the node's thread": "node-thread",
} as const satisfies Record<string, OwnServer>;
export type Placement = keyof typeof PLACEMENTS;

export const BESIDE_HTTP_TITLE = "GET / while relaying at half capacity";

const ALLOCATIONS = 10;
const WARM_UP_MS = 500;
const REQUESTS_PER_SECOND = 250;
const CONNECTIONS = 8;

/** A node with its TURN server, on both processors; the generator shares one. */
interface Beside {
  readonly loop: DatagramLoop;
  readonly pid: number;
  readonly httpPort: number;
  readonly sessions: readonly TurnSession[];
}

/** Runs with a node and allocations. */
async function withNode<T>(
  placement: Placement,
  use: (beside: Beside) => T,
): Promise<T> {
  const { child, ports } = await startOwn(PLACEMENTS[placement], [0, 1]);
  const loop = new DatagramLoop();
  try {
    const access = { port: ports.port, credential: newCredential() };
    const sessions = openSessions(loop, {
      ...{ access, allocations: ALLOCATIONS, mode: "channel" },
    });
    const { pid } = child;
    return use({ loop, pid, httpPort: ports.httpPort!, sessions });
  } finally {
    loop.close();
    await child.stop();
  }
}

/** Packets a second that the server in its worker relays at most. */
export function measureCapacity(ms: number): Promise<number> {
  return withNode("TURN in a worker", ({ loop, sessions }) => {
    const traffic = new PingPong(loop, sessions);
    traffic.run(WARM_UP_MS);
    const { packets, seconds } = traffic.run(ms);
    traffic.stop();
    return packets / seconds;
  });
}

/** Times of `GET /` while so many packets are relayed; 0 for none. */
export function measureBeside(
  placement: Placement,
  { perSecond, ms }: { perSecond: number; ms: number },
): Promise<Metrics> {
  return withNode(placement, ({ loop, pid, httpPort, sessions }) => {
    const asking = new Asking(httpPort);
    loop.wakeFor(asking.descriptor);
    try {
      const load = { sessions, perSecond };
      const alsoTurn = () => asking.turn();
      offer(loop, { ...load, ms: WARM_UP_MS, alsoTurn }).settle();
      asking.forget();
      const meter = new RelayMeter(pid);
      const offered = offer(loop, { ...load, ms, alsoTurn });
      const shares = meter.shares();
      const { sent, seconds } = offered;
      return {
        "GET / p50 ms": percentile(asking.times, 0.5),
        "GET / p99 ms": percentile(asking.times, 0.99),
        "answers/s": asking.times.length / seconds,
        "relayed/s": sent / seconds,
        "lost %": (1 - offered.settle() / sent) * 100,
        ...shares,
      };
    } finally {
      asking.close();
    }
  });
}

/** Requests at equal distances; the time of each counts from when it was due. */
class Asking {
  times: number[] = [];
  readonly #loop = new ConnectionLoop();
  readonly #ask: ((due: number) => void)[] = [];
  #due = performance.now();

  constructor(port: number) {
    const request = encodeRequest("/", {
      host: `127.0.0.1:${port}`,
      headers: { accept: "application/json" },
    });
    const idle = this.#ask;
    for (let i = 0; i < CONNECTIONS; i++) {
      const reader = new AnswerReader();
      let askedAt = 0;
      const connection = this.#loop.dial({ address: "127.0.0.1", port }, {
        onOpen: () => idle.push(ask),
        onData: (bytes) =>
          reader.read(bytes, ({ status }) => {
            if (status !== 200) throw new Error(`GET / answered ${status}.`);
            this.times.push(performance.now() - askedAt);
            idle.push(ask);
          }),
        onClose: () => {
          throw new Error("The node closed a connection of GET /.");
        },
      });
      const ask = (due: number) => {
        askedAt = due;
        connection.send(request);
      };
    }
  }

  get descriptor(): number {
    return this.#loop.descriptor;
  }

  /** Sends what is due, as far as connections are idle, and takes what came. */
  turn(): void {
    this.#loop.turn(0);
    while (this.#due <= performance.now()) {
      const ask = this.#ask.pop();
      if (ask === undefined) return;
      ask(this.#due);
      this.#due += 1000 / REQUESTS_PER_SECOND;
    }
  }

  /** What was measured so far does not count. */
  forget(): void {
    this.times = [];
    this.#due = performance.now();
  }

  close(): void {
    this.#loop.close();
  }
}
