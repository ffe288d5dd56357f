/** The server in a worker, as this thread sees it. */

import { type Clock, createSystemClock } from "../clock.ts";
import type { TurnLimits } from "../limits.ts";
import type {
  TurnCertificate,
  TurnEndpoint,
  TurnOptions,
  TurnServer,
  TurnTotals,
} from "./turn_server.ts";
import type { TurnOrder, TurnReport } from "./turn_worker.ts";

/** What tests and benchmarks replace. */
export interface TurnThreadSurroundings {
  readonly clock?: Clock;
  readonly limits?: Partial<TurnLimits>;
  /** Gets errors inside the server; it goes on. */
  readonly onFault?: (fault: unknown) => void;
}

/** A worker that is told to close and does not is ended after this. */
const CLOSE_MS = 1500;
const WATCH_MS = 1000;
/** A worker reports once a second. One that is silent for so many is stuck. */
const MOST_SILENT = 10;

/** Starts a worker that serves; rejects, with the system's code, when it cannot listen. */
export async function startTurnWorker(
  options: TurnOptions,
  { clock = createSystemClock(), limits = {}, onFault = () => {} }:
    TurnThreadSurroundings = {},
): Promise<TurnServer> {
  const worker = new Worker(
    new URL("./turn_worker.ts", import.meta.url),
    { type: "module", name: "turn" },
  );
  const thread = new TurnThread(worker, { clock, onFault });
  await thread.start({ kind: "start", options, limits });
  return thread;
}

type State = "starting" | "serving" | "closing" | "ended";

class TurnThread implements TurnServer {
  endpoints: readonly TurnEndpoint[] = [];
  totals!: TurnTotals;
  readonly ended: Promise<unknown>;
  readonly #worker: Worker;
  readonly #clock: Clock;
  readonly #onFault: (fault: unknown) => void;
  readonly #started = Promise.withResolvers<void>();
  readonly #endedBy: (fault: unknown) => void;
  #state: State = "starting";
  #silentTicks = 0;
  #stopWatch = () => {};

  constructor(
    worker: Worker,
    { clock, onFault }: { clock: Clock; onFault: (fault: unknown) => void },
  ) {
    this.#worker = worker;
    this.#clock = clock;
    this.#onFault = onFault;
    const { promise, resolve } = Promise.withResolvers<unknown>();
    this.ended = promise;
    this.#endedBy = resolve;
    worker.onmessage = ({ data }: MessageEvent<TurnReport>) => this.#hear(data);
    worker.onerror = (event) => {
      event.preventDefault();
      this.#end(new Error(`The TURN worker died: ${event.message}`));
    };
  }

  start(order: TurnOrder): Promise<void> {
    this.#tell(order);
    this.#stopWatch = this.#clock.every(WATCH_MS, () => this.#watch());
    return this.#started.promise;
  }

  renew(username: string, expiresAt: number): void {
    this.#tell({ kind: "renew", username, expiresAt });
  }

  setCertificate(certificate: TurnCertificate): void {
    this.#tell({ kind: "certificate", certificate });
  }

  async close(): Promise<void> {
    if (this.#state === "serving") {
      this.#state = "closing";
      this.#tell({ kind: "close" });
      const timer = setTimeout(() => this.#end(undefined), CLOSE_MS);
      await this.ended;
      clearTimeout(timer);
    }
    await this.ended;
  }

  #hear(report: TurnReport): void {
    this.#silentTicks = 0;
    switch (report.kind) {
      case "started":
        this.endpoints = report.endpoints;
        this.totals = report.totals;
        this.#state = "serving";
        return this.#started.resolve();
      case "failed": {
        const { message, code } = report;
        return this.#end(Object.assign(new Error(message), { code }));
      }
      case "totals":
        this.totals = report.totals;
        if (report.fault !== undefined) this.#onFault(report.fault);
        return;
      case "closed":
        return this.#end(undefined);
    }
  }

  #watch(): void {
    if (++this.#silentTicks <= MOST_SILENT) return;
    this.#end(
      new Error(`The TURN worker is stuck: silent for ${MOST_SILENT} s`),
    );
  }

  /** Whatever comes after the first time changes nothing. */
  #end(fault: unknown): void {
    if (this.#state === "ended") return;
    this.#state = "ended";
    this.#stopWatch();
    this.#worker.terminate();
    this.#started.reject(fault); // nothing, once it has started
    this.#endedBy(fault);
  }

  #tell(order: TurnOrder): void {
    if (this.#state !== "ended") this.#worker.postMessage(order);
  }
}
