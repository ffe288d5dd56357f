/** Waits that an operator wishes for -> the curve that brings them about. */

import { MAX_WORK, MESH_FLOOR, type PriceCurve } from "@sigmesh/core";
import type { Device } from "./device.ts";
import { formatSeconds, formatWork } from "./quantities.ts";

/** Means, on one device, for a post without surcharge. */
export interface Wishes {
  readonly device: Device;
  readonly idleWaitSeconds: number;
  /** At least `idleWaitSeconds`. */
  readonly fullWaitSeconds: number;
}

/** A curve, and which wishes it leaves unfulfilled, as sentences. */
export interface WishedCurve {
  readonly curve: PriceCurve;
  readonly unmet: readonly string[];
}

/** The curve for these wishes, within what the protocol allows. */
export function curveFor(
  { device, idleWaitSeconds, fullWaitSeconds }: Wishes,
): WishedCurve {
  const unmet: string[] = [];
  const workFor = (seconds: number, when: string) => {
    const wished = Math.round(device.hashesPerSecond * seconds);
    const work = Math.min(MAX_WORK, Math.max(MESH_FLOOR, wished));
    if (work !== wished) {
      const wait = formatSeconds(work / device.hashesPerSecond);
      unmet.push(
        `${formatSeconds(seconds)} ${when} on ${device.name} would be ` +
          `${formatWork(wished)}. No price is ${
            work === MESH_FLOOR ? "below" : "above"
          } ${formatWork(work)}: it will wait ${wait}.`,
      );
    }
    return work;
  };
  const idleWork = workFor(idleWaitSeconds, "at rest");
  const fullWork = workFor(fullWaitSeconds, "at full load");
  return { curve: { idleWork, fullWork }, unmet };
}
