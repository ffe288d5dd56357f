import type { Sink } from "../rooms/subscriber.ts";

/** A connection whose reader reads when told to. */
export class FakeSink implements Sink {
  /** What was written, as text. */
  text = "";
  /** How often it was written to. */
  writes = 0;
  unsentBytes = 0;
  state: "open" | "ended" | "destroyed" = "open";
  /** While false, what is written stays unsent. */
  isReading = true;
  onClose: (() => void) | undefined;
  #left: (() => void)[] = [];

  write(bytes: Uint8Array, left?: () => void): void {
    if (this.state !== "open") throw new Error(`Written to when ${this.state}`);
    this.text += new TextDecoder().decode(bytes);
    this.writes++;
    if (!this.isReading) {
      this.unsentBytes += bytes.length;
      if (left !== undefined) this.#left.push(left);
    } else {
      left?.();
    }
  }

  /** The reader takes everything. */
  drain(): void {
    this.unsentBytes = 0;
    for (const left of this.#left.splice(0)) left();
  }

  end(): void {
    this.state = "ended";
    this.onClose?.();
  }

  destroy(): void {
    this.state = "destroyed";
    this.onClose?.();
  }

  /** The events written since the last call, each as its lines. */
  takeEvents(): string[] {
    const events = this.text.split("\n\n").slice(0, -1);
    this.text = "";
    return events;
  }
}

/** Resolves when this turn's coalesced writes have been made. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
