/**
 * The registry of one node's metrics; the only importer of prom-client. Parts
 * do not know it: they count in plain numbers, which are read when somebody
 * asks for the metrics. node_metrics.ts says which.
 */

import { Counter, Gauge, Histogram, Registry } from "prom-client";

/** One number, and where it is read. */
export interface Reading {
  /** After Prometheus' conventions: unit last, `_total` for counters. */
  readonly name: string;
  /** A sentence without its full stop, as in docs/operating.md. */
  readonly help: string;
  readonly read: () => number;
}

/** Numbers by the value of a label; the values must be few, and none of a client's choice. */
export interface LabelledReading extends Omit<Reading, "read"> {
  readonly label: string;
  readonly read: () => Readonly<Record<string, number>>;
}

/** A metric that is told of each event, with the values of its labels. */
export interface EventMetric<Label extends string> {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly Label[];
}

/** Every node has its own; nothing is registered for all of them. */
export class Metrics {
  readonly #registry = new Registry();
  readonly #bounds = new Map<string, () => number>();

  constructor() {
    this.gauge({
      name: "sigmesh_used_ratio",
      help: "How much of a limit is used, 0 to 1",
      label: "limit",
      read: () =>
        Object.fromEntries(
          this.#bounds.entries().map(([limit, read]) => [limit, read()]),
        ),
    });
  }

  /** Media type of {@linkcode format}. */
  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All metrics as Prometheus reads them. Rejects when a reading throws. */
  format(): Promise<string> {
    return this.#registry.metrics();
  }

  /** How much there is of something that docs/limits.md bounds by that name. */
  bound(limit: string, { used, most }: { used: () => number; most: number }) {
    this.#bounds.set(limit, () => used() / most);
  }

  /** A number that goes up and down. */
  gauge(reading: Reading | LabelledReading): void {
    const gauge: Gauge = new Gauge({
      ...this.#options(reading),
      collect: () => show(reading, (labels, value) => gauge.set(labels, value)),
    });
  }

  /** A running total of which a part keeps count. */
  counter(reading: Reading | LabelledReading): void {
    const counter: Counter = new Counter({
      ...this.#options(reading),
      collect: () => {
        counter.reset();
        show(reading, (labels, value) => counter.inc(labels, value));
      },
    });
  }

  /** A running total that the returned function adds one to. */
  events<Label extends string>(
    { labels, ...named }: EventMetric<Label>,
  ): (labels: Record<Label, string>) => void {
    const counter = new Counter({
      ...named,
      labelNames: labels,
      registers: [this.#registry],
    });
    return (values) => counter.inc(values);
  }

  /** How often which size occurred; the returned function takes one. */
  histogram<Label extends string>(
    { labels, ...named }: EventMetric<Label> & { buckets: number[] },
  ): (labels: Record<Label, string>, value: number) => void {
    const histogram = new Histogram({
      ...named,
      labelNames: labels,
      registers: [this.#registry],
    });
    return (values, value) => histogram.observe(values, value);
  }

  #options(reading: Reading | LabelledReading) {
    const { name, help } = reading;
    const labelNames = "label" in reading ? [reading.label] : [];
    return { name, help, labelNames, registers: [this.#registry] };
  }
}

function show(
  reading: Reading | LabelledReading,
  set: (labels: Record<string, string>, value: number) => void,
): void {
  if (!("label" in reading)) return set({}, reading.read());
  for (const [value, count] of Object.entries(reading.read())) {
    set({ [reading.label]: value }, count);
  }
}
