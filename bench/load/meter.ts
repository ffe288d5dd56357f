/** Processor shares of the server and of the generator over one measurement. */

import { usageOf } from "./processes.ts";

/** Results of one measurement by name and unit, in the order in which they are shown. */
export type Metrics = Record<string, number>;

/** Runs from when it is made. */
export class Meter {
  readonly #pids: readonly number[];
  readonly #startedAt = performance.now();
  readonly #server;
  readonly #own = usageOf([Deno.pid]);

  constructor(serverPids: readonly number[]) {
    this.#pids = serverPids;
    this.#server = usageOf(serverPids);
  }

  get seconds(): number {
    return (performance.now() - this.#startedAt) / 1000;
  }

  /** 100 is one processor. At 100 for the generator, the figure beside it is not the server's. */
  shares(): { "server CPU %": number; "generator CPU %": number } {
    const { seconds } = this;
    const share = (now: number, then: number) => (now - then) / seconds / 10;
    return {
      "server CPU %": share(usageOf(this.#pids).cpuMs, this.#server.cpuMs),
      "generator CPU %": share(usageOf([Deno.pid]).cpuMs, this.#own.cpuMs),
    };
  }
}
