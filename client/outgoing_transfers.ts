/** All that is on its way out: what may begin, and how it ends. */

import type { DataHead } from "./data_frame.ts";
import type { FrameStream } from "./frame_stream.ts";
import { OutgoingTransfer } from "./outgoing_transfer.ts";
import {
  type DataSource,
  openSource,
  type Sendable,
  type SendOptions,
} from "./sendable.ts";
import { joinSignals, unlessAborted } from "./signals.ts";
import { reasonOf } from "./transfer_error.ts";
import { DEFAULT_TRANSFER_LIMITS, hasRoom } from "./transfer_limits.ts";

/** What is sent, and how. */
interface Sending extends SendOptions {
  readonly data: Sendable;
  readonly head?: Partial<DataHead>;
}

/** See the head of this file. */
export class OutgoingTransfers {
  readonly #frames: FrameStream;
  /** Of the time that they may last. */
  readonly #session: () => AbortSignal;
  /** Those in several frames. */
  readonly #open = new Map<number, OutgoingTransfer>();
  /** Those that wait to begin: to be called when one may. */
  readonly #waiting = new Map<number, () => void>();

  constructor(frames: FrameStream, session: () => AbortSignal) {
    this.#frames = frames;
    this.#session = session;
  }

  /** One that has begun. */
  find(id: number): OutgoingTransfer | undefined {
    return this.#open.get(id);
  }

  /** Sends data as transfer `id`; resolves and rejects as `DataLink.send` says. */
  async send(
    id: number,
    { data, head, signal, onProgress }: Sending,
  ): Promise<void> {
    const refusing = new AbortController();
    const either = joinSignals(signal, this.#session(), refusing.signal);
    let reader: DataSource["reader"];
    try {
      either.signal.throwIfAborted();
      const source = openSource(data);
      reader = source.reader;
      const transfer = new OutgoingTransfer({ ...source.head, ...head }, {
        put: (frame) => this.#frames.put({ ...frame, id }, either.signal),
        refuse: (error) => refusing.abort(error),
        onProgress,
      });
      if (reader) await this.#begin(transfer, { id, signal: either.signal });
      await unlessAborted(transfer.send(source), either.signal);
    } catch (error) {
      if (reader !== undefined) {
        reader.cancel(error).catch(() => {}); // it is thrown
        this.#frames.tell({ kind: "abort", id, meta: reasonOf(error) });
      }
      throw error;
    } finally {
      either.release();
      this.#open.delete(id);
      this.#waiting.delete(id);
      this.#wakeNext();
    }
  }

  /** Waits until the other side, as far as one knows, has room. */
  async #begin(
    transfer: OutgoingTransfer,
    { id, signal }: { id: number; signal: AbortSignal },
  ): Promise<void> {
    while (!this.#hasRoomFor(transfer)) {
      const turn = new Promise<void>((wake) => this.#waiting.set(id, wake));
      await unlessAborted(turn, signal);
    }
    this.#open.set(id, transfer);
    this.#wakeNext();
  }

  #wakeNext(): void {
    for (const [id, wake] of this.#waiting) {
      this.#waiting.delete(id);
      return wake();
    }
  }

  /** What would never fit is for the other side to refuse: its limits may be others. */
  #hasRoomFor({ head }: OutgoingTransfer): boolean {
    const open = [...this.#open.values()].map(({ head }) => head);
    return open.length === 0 || hasRoom(head, open, DEFAULT_TRANSFER_LIMITS);
  }
}
