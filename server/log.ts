/**
 * The log of this process. main.ts opens it; where nobody does, as in tests,
 * what parts tell it goes nowhere.
 */

import {
  configure,
  getLogger,
  getStreamSink,
  getThrottlingFilter,
  type Logger,
  type LogRecord,
  reset,
} from "@logtape/logtape";
import type { Config } from "./config.ts";
import { formatterFor, START } from "./log_format.ts";

const ROOT = "sigmesh";
/** Lines that may wait for whoever reads the log. At the bound the oldest is lost. */
const WAITING_LINES = 1000;
const WRITE_EVERY_MS = 100;
/** Of one message, so many are written in so long; then how many were not. */
const REPEATS = 20;
const REPEAT_WINDOW_MS = 10_000;
/** How long a reader that has stopped may hold up the end of the process. */
const CLOSE_MS = 500;

/** Where the log goes, and how. */
export interface LogOptions {
  readonly level: Config["logLevel"];
  readonly format: Config["logFormat"];
  /** Takes lines. That it is full or broken is no concern of those who log. */
  readonly out: WritableStream<Uint8Array>;
  /** Whether text tells the time; who watches a terminal knows it. */
  readonly isTimed: boolean;
  /** Unix time in milliseconds, to tell a flood by. */
  readonly now?: () => number;
}

/** An open log. */
export interface Log {
  /** Writes what waits, for half a second at most. */
  close(): Promise<void>;
}

/** What a part of the node tells the log by. */
export function logOf(part: string): Logger {
  return getLogger([ROOT, part]);
}

/** What the node says when it starts; at any level, since people and scripts wait for it. */
export const startLog: Logger = logOf(START);

/** Sends the log somewhere; once a process. */
export async function openLog(
  { level, format, out, isTimed, now = Date.now }: LogOptions,
): Promise<Log> {
  const sink = getStreamSink(out, {
    formatter: formatterFor(format, { isTimed }),
    nonBlocking: {
      bufferSize: WAITING_LINES / 2, // the library keeps twice that
      flushInterval: WRITE_EVERY_MS,
    },
    closeStream: false,
  });
  await configure({
    sinks: { out: sink },
    filters: { repeats: repeatFilter(now) },
    loggers: [
      {
        category: ROOT,
        sinks: ["out"],
        filters: ["repeats"],
        lowestLevel: level,
      },
      {
        category: [ROOT, START],
        sinks: ["out"],
        parentSinks: "override",
        lowestLevel: "info",
      },
      { category: ["logtape", "meta"], sinks: [], lowestLevel: "error" },
    ],
  });
  return { close: () => within(CLOSE_MS, reset()) };
}

/** Who asks for debug wants all of it; a flood of anything else becomes a number. */
function repeatFilter(now: () => number): (record: LogRecord) => boolean {
  const log = logOf("log");
  const tell =
    (level: "info" | "warning" | "error") =>
    (_message: string, { suppressed, lastRecord }: Record<string, unknown>) =>
      log[level]("{suppressed} more from {part} were not written", {
        suppressed,
        part: (lastRecord as LogRecord).category.at(-1),
      });
  const filter = getThrottlingFilter({
    limit: REPEATS,
    windowMs: REPEAT_WINDOW_MS,
    clock: now,
    summary: {
      level: ({ lastRecord }) => lastRecord.level, // else the level would hide it
      logger: {
        info: tell("info"),
        warning: tell("warning"),
        error: tell("error"),
      },
    },
  });
  return (record) => record.level === "debug" || filter(record);
}

async function within(ms: number, work: Promise<void>): Promise<void> {
  let timer;
  const late = new Promise<void>((resolve) => timer = setTimeout(resolve, ms));
  await Promise.race([work, late]);
  clearTimeout(timer);
}
