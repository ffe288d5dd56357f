/** How much may be on its way at once: what a receiver holds to, and a sender waits for. */

import type { DataForm } from "./data_frame.ts";

/** Bounds of what a peer may make this side hold. */
export interface TransferLimits {
  /** Bytes of JSON and binary data being received together. Default 64 MiB. */
  readonly maxMemoryBytes: number;
  /** Bytes of Blobs being received together. Default 4 GiB. */
  readonly maxBlobBytes: number;
}

export const DEFAULT_TRANSFER_LIMITS: TransferLimits = {
  maxMemoryBytes: 64 * 1024 ** 2,
  maxBlobBytes: 4 * 1024 ** 3,
};
/** Transfers in several frames that are open at once, each way. */
export const MAX_OPEN_TRANSFERS = 64;

/** What is known of a transfer when it begins. */
interface Announced {
  readonly form: DataForm;
  readonly total: number | undefined;
}

/** Whether one more may begin beside those that are open: now, when some of them have ended, or never. */
export function placeFor(
  { form, total = 0 }: Announced,
  open: readonly Announced[],
  limits: TransferLimits,
): "now" | "later" | "never" {
  const limit = limitOf(form, limits);
  if (total > limit) return "never";
  const held = open.filter((other) => limitOf(other.form, limits) === limit)
    .reduce((sum, other) => sum + (other.total ?? 0), 0);
  return open.length < MAX_OPEN_TRANSFERS && held + total <= limit
    ? "now"
    : "later";
}

function limitOf(
  form: DataForm,
  { maxMemoryBytes, maxBlobBytes }: TransferLimits,
): number {
  if (form === "stream") return Infinity;
  return form === "blob" ? maxBlobBytes : maxMemoryBytes;
}
