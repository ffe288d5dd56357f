/** Reads the file of `--difficulty`. */

import { MAX_WORK, MESH_FLOOR, type PriceCurve } from "@sigmesh/core";

const VERSION = 1;

/**
 * `{ "version": 1, "idleWork": …, "fullWork": … }`, work in hashes; further
 * fields, such as the measurements behind the numbers, are left alone.
 */
export function parseDifficulty(json: string):
  | { ok: true; value: PriceCurve }
  | { ok: false; detail: string } {
  let value: unknown;
  try {
    value = JSON.parse(json.replace(/^\ufeff/, "")); // some editors add a BOM
  } catch (cause) {
    return { ok: false, detail: `is not JSON: ${(cause as Error).message}` };
  }
  if (typeof value !== "object" || value === null) {
    return { ok: false, detail: "must hold a JSON object" };
  }
  const { version, idleWork, fullWork } = value as Record<string, unknown>;
  if (version !== VERSION) {
    return { ok: false, detail: `must have "version": ${VERSION}` };
  }
  if (!isBetween(idleWork, MESH_FLOOR, MAX_WORK)) {
    return {
      ok: false,
      detail: `"idleWork" must be ${MESH_FLOOR} to ${MAX_WORK} hashes`,
    };
  }
  if (!isBetween(fullWork, idleWork, MAX_WORK)) {
    return {
      ok: false,
      detail: `"fullWork" must be "idleWork" to ${MAX_WORK} hashes`,
    };
  }
  return { ok: true, value: { idleWork, fullWork } };
}

function isBetween(
  value: unknown,
  least: number,
  most: number,
): value is number {
  return typeof value === "number" && value >= least && value <= most;
}
