/** Why something did not reach a peer, or come from it. */

/** The other side gave a transfer up, or the connection to it ended. */
export class TransferError extends Error {
  /** Always `TransferError`. */
  override readonly name = "TransferError";
}

/** What the other side is told, and what it says. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
