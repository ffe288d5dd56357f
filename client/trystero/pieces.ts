/** Messages of any length <-> lines that fit into posts. */

import { LIMITS } from "@sigmesh/core/wire";

/** Whom a message is for, and what tells it from others. */
export interface MessageHead {
  /** 1 to 12 digits and lower-case letters. */
  readonly address: string;
  /** 8 characters of base64url. */
  readonly id: string;
}

/** A message, and whom it is for. */
export interface JoinedMessage {
  readonly address: string;
  readonly text: string;
}

const MAX_PIECES = 16;
/** Address, id and numbers, with what is between them. */
const MAX_HEAD_BYTES = 28;
const MAX_PIECE_BYTES = LIMITS.postBytes - MAX_HEAD_BYTES;
const LINE = /^([0-9a-z]{1,12}) ([\w-]{8}) (\d{1,2})\/(\d{1,2}) (.*)$/;
/** Messages of which pieces are missing; beyond, the oldest goes. */
const MAX_UNFINISHED = 256;
/** A node holds no post for longer, so the rest does not come any more. */
const MAX_AGE_MS = LIMITS.historySeconds * 1000;

/** A message of JSON as lines of ASCII. Throws RangeError beyond 15,936 characters. */
export function splitMessage(
  json: string,
  { address, id }: MessageHead,
): string[] {
  const text = json.replaceAll(
    /[^ -~]/g, // bytes are characters then, and may be parted anywhere
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  const count = Math.max(1, Math.ceil(text.length / MAX_PIECE_BYTES));
  if (count > MAX_PIECES) {
    throw new RangeError(
      `A message has at most ${MAX_PIECES * MAX_PIECE_BYTES} characters, ` +
        `this one ${text.length}: split it`,
    );
  }
  return Array.from({ length: count }, (_, i) => {
    const piece = text.slice(i * MAX_PIECE_BYTES, (i + 1) * MAX_PIECE_BYTES);
    return `${address} ${id} ${i + 1}/${count} ${piece}`;
  });
}

interface Unfinished {
  readonly pieces: string[];
  missing: number;
  readonly sinceMs: number;
}

/** Joins what comes in pieces. What is no piece is ignored. */
export class PieceJoiner {
  readonly #unfinished = new Map<string, Unfinished>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** The message that this line completes. */
  take(line: string): JoinedMessage | undefined {
    const match = LINE.exec(line);
    if (match === null) return undefined;
    const [, address, id, index, total, piece] = match as unknown as string[];
    const [i, count] = [Number(index) - 1, Number(total)];
    if (count > MAX_PIECES || i < 0 || i >= count) return undefined;
    const text = count === 1
      ? piece!
      : this.#add(`${address} ${id} ${count}`, { i, count, piece: piece! });
    return text === undefined ? undefined : { address: address!, text };
  }

  /** The whole text, once nothing is missing. */
  #add(
    key: string,
    { i, count, piece }: { i: number; count: number; piece: string },
  ): string | undefined {
    this.#forgetOld();
    const message = this.#unfinished.get(key) ?? this.#begin(key, count);
    if (message.pieces[i] !== undefined) return undefined;
    message.pieces[i] = piece;
    if (--message.missing > 0) return undefined;
    this.#unfinished.delete(key);
    return message.pieces.join("");
  }

  #begin(key: string, count: number): Unfinished {
    const message = { pieces: [], missing: count, sinceMs: this.#nowMs() };
    if (this.#unfinished.size === MAX_UNFINISHED) {
      this.#unfinished.delete(this.#unfinished.keys().next().value!);
    }
    this.#unfinished.set(key, message);
    return message;
  }

  /** The oldest are first. */
  #forgetOld(): void {
    const oldestMs = this.#nowMs() - MAX_AGE_MS;
    for (const [key, { sinceMs }] of this.#unfinished) {
      if (sinceMs >= oldestMs) return;
      this.#unfinished.delete(key);
    }
  }
}
