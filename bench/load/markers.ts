/**
 * Marks in posts, by which a reader knows which post it got without parsing
 * event streams: `@` and eight digits. Servers write an event at once, so no
 * chunk's size stands inside a mark.
 */

import { concat } from "./http.ts";

const AT_SIGN = 0x40;
const ZERO = 0x30;
const DIGITS = 8;
const MARKER_BYTES = 1 + DIGITS;
const NOTHING = new Uint8Array();

/** A post of so many characters that carries a number. */
export function markedPost(number: number, characters: number): string {
  return `@${`${number}`.padStart(DIGITS, "0")}`.padEnd(characters, "x");
}

/** Finds the marks in the bytes of one stream. */
export class MarkerScanner {
  #held: Uint8Array = NOTHING;

  /** Takes bytes as they come, in whatever pieces; tells each number. */
  scan(bytes: Uint8Array, onNumber: (number: number) => void): void {
    const text = this.#held.length === 0 ? bytes : concat(this.#held, bytes);
    this.#held = NOTHING;
    let at = text.indexOf(AT_SIGN);
    while (at >= 0) {
      const end = at + MARKER_BYTES;
      if (end > text.length) {
        this.#held = text.slice(at);
        return;
      }
      let number = 0;
      for (let i = at + 1; i < end; i++) {
        number = number * 10 + text[i]! - ZERO;
      }
      onNumber(number);
      at = text.indexOf(AT_SIGN, end);
    }
  }
}
