/** What the cases of the benchmark share. */

import type { ConnectionLoop } from "./connections.ts";
import type { Metrics } from "./meter.ts";
import type { RoomServer } from "./server.ts";

/** A server that was just started, and how much to ask of it. */
export interface CaseContext {
  readonly loop: ConnectionLoop;
  readonly server: RoomServer;
  /** For how long one figure is measured. */
  readonly ms: number;
  /** Streams of the case with many rooms. */
  readonly streams: number;
}

/** One case; its figures by title. */
export interface LoadCase {
  readonly name: string;
  readonly description: string;
  run(context: CaseContext): Promise<Record<string, Metrics>>;
}

/** Resolves when timers and the runtime's own work have had their turn. */
export function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Posts that were lost or refused make a figure worthless: throws, saying what happened. */
export function assertClean(
  refusals: ReadonlyMap<string, number>,
  missing: number,
): void {
  if (refusals.size === 0 && missing === 0) return;
  const counts = [...refusals].map(([what, count]) => `${what}: ${count}`);
  throw new Error([`posts missing: ${missing}`, ...counts].join(", "));
}
