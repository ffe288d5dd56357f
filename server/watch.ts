/** Where a node's requests and faults are told, for its metrics and its log. */

import type { Logger } from "@logtape/logtape";
import type { Exchange } from "./api/exchange.ts";
import { Metrics } from "./metrics.ts";
import { measureExchanges } from "./node_metrics.ts";

/** Its functions are handed on by themselves. */
export class Watch {
  readonly metrics = new Metrics();
  readonly #measure = measureExchanges(this.metrics);
  readonly #isMeasuring: boolean;
  readonly #log: Logger;
  readonly #onFault: (fault: unknown) => void;
  #faults = 0;

  constructor({ isMeasuring, log, onFault }: {
    /** Whether anybody may ask for metrics; else requests are not measured. */
    isMeasuring: boolean;
    log: Logger;
    onFault: (fault: unknown) => void;
  }) {
    this.#isMeasuring = isMeasuring;
    this.#log = log;
    this.#onFault = onFault;
  }

  /** How many there were. */
  readonly faults = (): number => this.#faults;

  /** Counts what went wrong inside and passes it on. */
  readonly noteFault = (fault: unknown): void => {
    this.#faults++;
    this.#onFault(fault);
  };

  /** Measures a request; the log has it at debug: neither who, nor which room, nor what. */
  readonly noteExchange = (exchange: Exchange): void => {
    if (this.#isMeasuring) this.#measure(exchange);
    this.#log.debug("{method} {endpoint} {status} {durationMs} ms", () => ({
      ...exchange,
      durationMs: Math.round(exchange.durationMs * 100) / 100,
    }));
  };
}
