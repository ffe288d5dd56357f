/** A request that is paid for, as a client pays. */

import { challengeOf, formatStamp, SALT_BYTES, solve } from "@sigmesh/core";
import { parseQuote } from "@sigmesh/core/wire";
import { type Answer, ask } from "./ask.ts";

const MINING_MS = 60_000;
const UNPAID = 401;

/** The answer, at the height that was paid, if anything was asked; or why nothing was sent. */
export type Payment =
  | { readonly ok: true; readonly answer: Answer; readonly height: number }
  | { readonly ok: false; readonly message: string; readonly todo: string };

/** Posts without a stamp to learn the price, then with one. */
export async function pay(url: string, body = ""): Promise<Payment> {
  const unpaid = await ask(url, { method: "POST", body });
  if (unpaid.status !== UNPAID) return { ok: true, answer: unpaid, height: 0 };
  const quote = parseQuote(unpaid.json);
  if (quote === undefined) {
    const message = `status ${UNPAID} without a price`;
    const todo = "let the proxy pass refusals of the node unchanged";
    return { ok: false, message, todo };
  }
  const { token, height } = quote;
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const challenge = challengeOf({ token, method: "POST", url, salt, body });
  const nonces = await mine(challenge, height);
  if (nonces === undefined) {
    const message = `mining ${height.toFixed(1)} bits took longer than 60 s`;
    const todo = "ask again when the node has less load, or from a faster " +
      "machine; if its price stays so high, look at its metrics";
    return { ok: false, message, todo };
  }
  const authorization = `PoW ${formatStamp({ token, salt, nonces })}`;
  const answer = await ask(url, {
    ...{ method: "POST", body, headers: { authorization } },
  });
  return { ok: true, answer, height };
}

/** A hostile node may ask for any work. */
async function mine(
  challenge: Uint8Array,
  height: number,
): Promise<Uint8Array | undefined> {
  const signal = AbortSignal.timeout(MINING_MS);
  try {
    return (await solve(challenge, height, { signal })).nonces;
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
