/** Shows how far a measurement is, on standard error. */

/** Where a measurement stands. */
export interface Step {
  readonly seconds: number;
  readonly ofSeconds: number;
  /** What is being measured now. */
  readonly name: string;
}

/** Without a terminal, a line each time so much more is done. */
const LINE_EVERY = 0.25;
const CLEAR_LINE = "\r\x1b[K";

/** One line that changes, on a terminal; else a few lines. */
export class Progress {
  readonly #isTerminal: boolean;
  readonly #write: (text: string) => void;
  #nextLineAt = 0;

  constructor({ isTerminal, write }: {
    isTerminal: boolean;
    write: (text: string) => void;
  }) {
    this.#isTerminal = isTerminal;
    this.#write = write;
  }

  /** Says what begins. */
  begin(what: string): void {
    this.#write(`${what}\n`);
    this.#nextLineAt = 0;
  }

  /** Says how far it is. */
  at({ seconds, ofSeconds, name }: Step): void {
    const share = Math.min(1, seconds / ofSeconds);
    const left = Math.max(0, Math.ceil(ofSeconds - seconds));
    const text = `${Math.floor(share * 100)} %, ${left} s left: ${name}`;
    if (this.#isTerminal) {
      this.#write(`${CLEAR_LINE}  ${text}`);
    } else if (share >= this.#nextLineAt) {
      this.#write(`  ${text}\n`);
      this.#nextLineAt += LINE_EVERY;
    }
  }

  /** Clears the line that changes. */
  end(): void {
    if (this.#isTerminal) this.#write(CLEAR_LINE);
  }
}
