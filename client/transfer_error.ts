/** Why something did not reach a peer, or did not come from it. */

/** The other side gave a transfer up, or the connection to it ended. */
export class TransferError extends Error {
  /** Always `TransferError`. */
  override readonly name = "TransferError";
}

const MAX_REASON_CHARACTERS = 256;

/** What the other side is told of an error. */
export function reasonOf(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  return reason.slice(0, MAX_REASON_CHARACTERS);
}

/** The same, as the other side said it; it may have sent anything. */
export function errorOf(reason: unknown): TransferError {
  const said = typeof reason === "string" ? reasonOf(reason) : "no reason";
  return new TransferError(`The other side says: ${said}`);
}
