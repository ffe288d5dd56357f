/** The machine that the server runs on. */

import os from "node:os";
import { normaliseAddress } from "../address.ts";

/** Addresses of its interfaces; none where the process may not know them. */
export function addressesOfMachine(): string[] {
  try {
    return Object.values(os.networkInterfaces()).flatMap((ofOne) =>
      (ofOne ?? []).map(({ address }) => normaliseAddress(address))
    );
  } catch {
    return [];
  }
}
