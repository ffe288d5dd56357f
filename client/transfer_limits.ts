/** How much may be on its way at once: what a receiver holds to, and a sender waits for. */

import type { DataHead } from "./data_frame.ts";

/** Bounds of what a peer may make this side hold. */
export interface TransferLimits {
  /** Bytes of JSON and binary data being received together. Default 64 MiB. */
  readonly maxMemoryBytes: number;
  /** Bytes of Blobs being received together. Default 4 GiB. */
  readonly maxBlobBytes: number;
}

/** Those of a link that is told no others. */
export const DEFAULT_TRANSFER_LIMITS: TransferLimits = {
  maxMemoryBytes: 64 * 1024 ** 2,
  maxBlobBytes: 4 * 1024 ** 3,
};
/** Transfers in several frames that are open at once, each way. */
const MAX_OPEN_TRANSFERS = 64;

/** Whether one more may begin beside those that are open. */
export function hasRoom(
  { form, total = 0 }: DataHead,
  open: readonly DataHead[],
  { maxMemoryBytes, maxBlobBytes }: TransferLimits,
): boolean {
  const isBlob = form === "blob";
  const held = open.filter((other) => (other.form === "blob") === isBlob)
    .reduce((sum, other) => sum + (other.total ?? 0), total);
  return open.length < MAX_OPEN_TRANSFERS &&
    held <= (isBlob ? maxBlobBytes : maxMemoryBytes);
}
