/** One flood against a node of its own: quiet, flood, quiet. */

import { setTimeout as delay } from "node:timers/promises";
import { type Child, lineOf, startPinned, usageOf } from "../load/processes.ts";
import manifest from "../../deno.json" with { type: "json" };
import type { FloodCounts } from "./flooding.ts";
import type { Flood } from "./floods.ts";
import { Payer, type PayerRecord } from "./payer.ts";

/** How one flood went. */
export interface TrialResult {
  readonly flood: Flood;
  readonly counts: FloodCounts & { readonly cpuShare: number };
  /** Heights in bits, a reading a second. */
  readonly phases: Readonly<Record<PhaseName, PhaseResult>>;
}

/** In order. */
export type PhaseName = "before" | "during" | "after";

/** What was seen in one phase. */
export interface PhaseResult {
  /** As quoted to the payers. */
  readonly heights: readonly number[];
  /** 1 is one processor. */
  readonly nodeCpuShare: number;
  readonly mostRssBytes: number;
  /** Of the payer at 127.0.0.1, where floods of one address come from. */
  readonly sameAddress: PayerRecord;
  /** Of the payer at 127.0.0.2. */
  readonly otherAddress: PayerRecord;
}

/** Options of {@linkcode runTrial}. */
export interface TrialOptions {
  readonly nodeProcessor: number;
  readonly flooderProcessor: number;
  readonly quietSeconds: number;
  readonly floodSeconds: number;
  /** Whether the node counts only its own time as load of its host. */
  readonly isAlone: boolean;
  /** Further arguments of the node. */
  readonly nodeArguments: readonly string[];
}

const SAMPLE_MS = 1000;

/** Starts all, watches, ends all. */
export async function runTrial(
  flood: Flood,
  options: TrialOptions,
): Promise<TrialResult> {
  const { quietSeconds } = options;
  const node = startNode(options);
  const [, origin] = await lineOf(node, /^http (http:\S+)$/);
  const same = await Payer.start({ origin: origin!, address: "127.0.0.1" });
  const other = await Payer.start({ origin: origin!, address: "127.0.0.2" });
  const watch = new Watch({ nodePid: node.pid, same, other });
  try {
    const before = await watch.during(delay(quietSeconds * 1000));
    const flooder = startFlooder(flood, other.token, { origin, ...options });
    let counts: TrialResult["counts"] | undefined;
    const during = await watch.during((async () => {
      const [line] = await lineOf(flooder, /^\{.*\}$/);
      counts = JSON.parse(line);
      await flooder.stop();
    })());
    const after = await watch.during(delay(quietSeconds * 1000));
    return { flood, counts: counts!, phases: { before, during, after } };
  } finally {
    await same.close();
    await other.close();
    await node.stop();
  }
}

/** As an operator does: with the arguments of the start task. */
function startNode(
  { nodeProcessor, isAlone, nodeArguments }: TrialOptions,
): Child {
  const task = manifest.tasks.start.command.split(" ").slice(1)
    .map((word) => word.replaceAll("'", ""));
  const alone = new URL("alone_server.ts", import.meta.url).href;
  return startPinned(nodeProcessor, [
    Deno.execPath(),
    ...isAlone ? ["run", "--no-check", "-A", alone] : task,
    ...["--host", "127.0.0.1", "--port", "0", "--no-dht", "--no-turn"],
    ...nodeArguments,
  ]);
}

function startFlooder(
  { name }: Flood,
  token: string,
  { origin, flooderProcessor, floodSeconds }: TrialOptions & {
    origin: string | undefined;
  },
): Child {
  const port = Number(new URL(origin!).port);
  const entry = new URL("flooder.ts", import.meta.url).href;
  const order = { name, port, ms: floodSeconds * 1000, token };
  return startPinned(flooderProcessor, [
    Deno.execPath(),
    ...["run", "--no-check", "-A", entry, JSON.stringify(order)],
  ]);
}

/** Reads node and payers once a second. */
class Watch {
  readonly #nodePid: number;
  readonly #same: Payer;
  readonly #other: Payer;

  constructor({ nodePid, same, other }: {
    nodePid: number;
    same: Payer;
    other: Payer;
  }) {
    this.#nodePid = nodePid;
    this.#same = same;
    this.#other = other;
  }

  /** What there is to see until the phase has ended. */
  async during(phase: Promise<void>): Promise<PhaseResult> {
    const heights: number[] = [];
    let mostRssBytes = 0;
    const sample = () => {
      // The higher one is the newer: each payer has its own last quote.
      heights.push(Math.max(this.#same.height, this.#other.height));
      const { rssBytes } = usageOf([this.#nodePid]);
      mostRssBytes = Math.max(mostRssBytes, rssBytes);
    };
    const started = performance.now();
    const { cpuMs } = usageOf([this.#nodePid]);
    const timer = setInterval(sample, SAMPLE_MS);
    await phase;
    clearInterval(timer);
    sample();
    const elapsedMs = performance.now() - started;
    return {
      heights,
      nodeCpuShare: (usageOf([this.#nodePid]).cpuMs - cpuMs) / elapsedMs,
      mostRssBytes,
      sameAddress: this.#same.takeRecord(),
      otherAddress: this.#other.takeRecord(),
    };
  }
}
