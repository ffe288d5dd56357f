/** Reads what `bench:hash --json` and the page /bench/ write; it may come from anybody. */

import type { HashRate, HashRateReport } from "../hash_rates.ts";
import { type Device, deviceOf } from "./device.ts";
import { MAX_HASHES_PER_SECOND } from "./quantities.ts";

/** Bytes of such a file, at most; the page writes about 3,000. */
export const MAX_FILE_BYTES = 2 ** 20;
const MAX_TEXT = 300;
const MAX_RATES = 1000;
const MAX_ROUNDS = 1000;
const MAX_PROCESSORS = 4096;

/** A field that is not as it should be; caught in this file. */
class Misfit extends Error {}

/** The device, or what is wrong and where: `rates[2].median`; `/` is the whole. */
export function parseHashRateFile(json: string):
  | { ok: true; value: Device }
  | { ok: false; detail: string } {
  let value: unknown;
  try {
    value = JSON.parse(json.replace(/^\ufeff/, "")); // some editors add a BOM
  } catch (cause) {
    return { ok: false, detail: `is not JSON: ${(cause as Error).message}` };
  }
  try {
    const device = deviceOf(readReport(value));
    return device === undefined
      ? { ok: false, detail: "has no rate of an engine that pages pay with" }
      : { ok: true, value: device };
  } catch (error) {
    if (!(error instanceof Misfit)) throw error;
    return { ok: false, detail: error.message };
  }
}

function readReport(value: unknown): HashRateReport {
  const report = record(value, "/");
  if (report.version !== 1 || report.kind !== "hash-rates") {
    throw new Misfit(
      'must have "version": 1 and "kind": "hash-rates", as written by ' +
        "deno task bench:hash --json and by a node's page /bench/",
    );
  }
  return {
    version: 1,
    kind: "hash-rates",
    date: date(report.date, "date"),
    device: text(report.device, "device"),
    runtime: text(report.runtime, "runtime"),
    processors: count(report.processors, "processors", MAX_PROCESSORS),
    rates: list(report.rates, "rates", MAX_RATES).map(readRate),
  };
}

function readRate(value: unknown, index: number): HashRate {
  const at = `rates[${index}]`;
  const rate = record(value, at);
  return {
    name: text(rate.name, `${at}.name`),
    threads: count(rate.threads, `${at}.threads`, MAX_PROCESSORS),
    rounds: list(rate.rounds, `${at}.rounds`, MAX_ROUNDS)
      .map((round, k) => hashRate(round, `${at}.rounds[${k}]`)),
    median: hashRate(rate.median, `${at}.median`),
    firstIsFasterBy: Number(rate.firstIsFasterBy),
  };
}

function record(value: unknown, at: string): Record<string, unknown> {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return value as Record<string, unknown>;
  }
  throw misfit(at, "an object");
}

function list(value: unknown, at: string, most: number): unknown[] {
  if (Array.isArray(value) && value.length > 0 && value.length <= most) {
    return value;
  }
  throw misfit(at, `a list of 1 to ${most} items`);
}

/** On one line, since it goes into reports. */
function text(value: unknown, at: string): string {
  if (typeof value === "string" && value.length <= MAX_TEXT) {
    const line = value.replaceAll(/[\p{C}\p{Z}]+/gu, " ").trim();
    if (line !== "") return line;
  }
  throw misfit(at, `a text of 1 to ${MAX_TEXT} characters`);
}

function date(value: unknown, at: string): string {
  const read = typeof value === "string" ? Date.parse(value) : NaN;
  if (Number.isNaN(read)) throw misfit(at, "a date such as 2026-11-22T15:36Z");
  return new Date(read).toISOString();
}

function count(value: unknown, at: string, most: number): number {
  if (Number.isInteger(value) && Number(value) >= 1 && Number(value) <= most) {
    return Number(value);
  }
  throw misfit(at, `a whole number from 1 to ${most}`);
}

function hashRate(value: unknown, at: string): number {
  const isRate = typeof value === "number" && value > 0 &&
    value <= MAX_HASHES_PER_SECOND;
  if (isRate) return value;
  throw misfit(at, "hashes a second, above 0");
}

function misfit(at: string, expected: string): Misfit {
  return new Misfit(`must have ${expected} at "${at}"`);
}
