/**
 * Stamps for a node whose price is next to nothing, without a miner: a load
 * generator must not be slower than the node. The node checks them in full.
 */

import {
  challengeOf,
  formatStamp,
  heightOf,
  owedHeight,
  parseToken,
  targetOf,
} from "@sigmesh/core";
import { PUZZLE_BITS, PUZZLES, writeNonce } from "../../core/puzzle.ts";
import { PuzzleHash } from "../../core/puzzle_hash.ts";
import { solvesPuzzle } from "../../core/verify.ts";

/** Hashes that a stamp may take; beyond them the generator would measure itself. */
const MOST_WORK = 2 ** 14;
/** As many messages as a room is ever charged for, so that no count must be kept. */
const MOST_MESSAGES = 64;

/** What a stamp is for. */
export interface Payable {
  readonly token: string;
  readonly url: string;
  readonly body: string;
  /** Of the room. */
  readonly subscribers: number;
}

/** Reused: making one costs more than hashing. */
const hash = new PuzzleHash(new Uint8Array(32));

/**
 * A stamp for a post, good for the most that its room can owe under the token.
 * Throws RangeError when that is more than a few hashes.
 */
export function formStamp({ token, url, body, subscribers }: Payable): string {
  const parsed = parseToken(token);
  if (!parsed.ok) throw new RangeError(parsed.detail);
  const { height } = parsed.value;
  const room = { weight: 1, messages: MOST_MESSAGES, subscribers };
  const owed = owedHeight({ ...room, height });
  if (owed > heightOf(MOST_WORK)) {
    throw new RangeError(`A stamp of ${owed} bits takes mining.`);
  }
  const salt = crypto.getRandomValues(new Uint8Array(6));
  const challenge = challengeOf({ token, method: "POST", url, salt, body });
  return formatStamp({ token, salt, nonces: solveInPlace(challenge, owed) });
}

function solveInPlace(challenge: Uint8Array, height: number): Uint8Array {
  const nonces = new Uint8Array(PUZZLES * 6);
  if (height <= PUZZLE_BITS) return nonces; // every nonce solves
  const target = targetOf(height - PUZZLE_BITS);
  hash.setChallenge(challenge);
  for (let index = 0; index < PUZZLES; index++) {
    for (let nonce = 0;; nonce++) {
      writeNonce(nonces, index, nonce);
      if (solvesPuzzle(hash, nonces, index, target)) break;
    }
  }
  return nonces;
}
