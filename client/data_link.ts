/** Strings, JSON, bytes, Blobs, streams and requests over a data channel, or over several in turn. */

import type { DataFrame, DataHead } from "./data_frame.ts";
import { FrameStream } from "./frame_stream.ts";
import { IncomingTransfers, type Receiving } from "./incoming_transfers.ts";
import { OutgoingTransfers } from "./outgoing_transfers.ts";
import type { Received, Sendable, SendOptions } from "./sendable.ts";
import { joinSignals, unlessAborted } from "./signals.ts";
import { errorOf, TransferError } from "./transfer_error.ts";
import {
  DEFAULT_TRANSFER_LIMITS,
  type TransferLimits,
} from "./transfer_limits.ts";

/** Options of a request to a peer. */
export interface RequestOptions extends SendOptions {
  /** Until the answer is there, or its stream begins. Default: as long as the link lasts. */
  readonly timeoutMs?: number | undefined;
}

/** Who is told what comes over a {@linkcode DataLink}. */
export interface DataLinkListener {
  /**
   * Something was sent. What fits into one frame comes in order, larger things
   * when they are whole, streams when they begin.
   */
  onMessage(data: Received): void;
  /** Something was asked. The asker is told what this rejects with; undefined: nobody answers. */
  onRequest(data: Received): Promise<Sendable> | undefined;
  /** Something in several frames is arriving: at most every 100 ms, and at its end. */
  onReceiving(receiving: Receiving): void;
}

/** Options of {@linkcode DataLink}. */
export interface DataLinkLimits extends Partial<TransferLimits> {
  /** Milliseconds, for the pace of `onReceiving`. Default `performance.now`. */
  readonly nowMs?: () => number;
}

/** Requests whose answers are being made or sent. At the bound a request is refused. */
const MAX_UNANSWERED = 1024;
const DEFAULT_LIMITS = {
  ...DEFAULT_TRANSFER_LIMITS,
  nowMs: () => performance.now(),
};

/**
 * Carries data over `channel`, which must be reliable and ordered, be open or
 * opening, and be used by nobody else.
 */
export class DataLink {
  readonly #closing = new AbortController();
  /** Aborted when the link has ended, with the reason. */
  readonly closed: AbortSignal = this.#closing.signal;
  /** Until the link ends, or the other side has forgotten what there was. */
  #session = new AbortController();
  readonly #listener: DataLinkListener;
  readonly #frames: FrameStream;
  readonly #outgoing: OutgoingTransfers;
  readonly #incoming: IncomingTransfers;
  /** Who waits for answers, by the requests' ids. */
  readonly #asked = new Map<
    number,
    (answer: Received | Promise<never>) => void
  >();
  #unanswered = 0;
  #lastId = 0;

  constructor(
    channel: RTCDataChannel,
    listener: DataLinkListener,
    limits: DataLinkLimits = {},
  ) {
    this.#listener = listener;
    const frames = new FrameStream({
      take: (frame) => this.#take(frame),
      onRestart: () => {
        this.#end(new TransferError("This peer has begun anew"));
        this.#session = new AbortController();
      },
      onBroken: (error) => this.close(error),
    });
    this.#frames = frames;
    this.#outgoing = new OutgoingTransfers(frames, () => this.#session.signal);
    this.#incoming = new IncomingTransfers({
      frames,
      limits: { ...DEFAULT_LIMITS, ...limits },
      onReceiving: (receiving) => listener.onReceiving(receiving),
      isAsked: (requestId) => this.#asked.has(requestId),
      deliver: (id, head, data) => this.#deliver(id, head, data),
    });
    this.attach(channel);
  }

  /**
   * Goes on over another channel, where the one before left off. Resolves when
   * the other side does so too; until then that one is still in use there.
   */
  attach(channel: RTCDataChannel): Promise<void> {
    return this.#frames.attach(channel);
  }

  /** Takes what came by the channel before it was attached. */
  receiveEarly(messages: readonly unknown[]): void {
    for (const message of messages) this.#frames.receive(message);
  }

  /**
   * Sends data. Resolves when what fits into one frame (64 KB of JSON or bytes) is
   * in the channel's buffer, and when the other side has all of what does not, or
   * of a Blob or stream. Rejects with TypeError for what cannot be sent, with the
   * signal's reason, and with {@linkcode TransferError} when the other side takes
   * no more or the link ends.
   */
  send(
    data: Sendable,
    { signal, onProgress }: SendOptions = {},
  ): Promise<void> {
    return this.#outgoing.send(this.#newId(), { data, signal, onProgress });
  }

  /**
   * Sends data and waits for what the other side answers. Rejects as
   * {@linkcode DataLink.send} does, also when nobody answers there, and with a
   * DOMException named TimeoutError when it takes too long.
   */
  async request(
    data: Sendable,
    { timeoutMs, signal, onProgress }: RequestOptions = {},
  ): Promise<Received> {
    const id = this.#newId();
    const late = timeoutMs === undefined
      ? undefined
      : AbortSignal.timeout(timeoutMs);
    const either = joinSignals(signal, late, this.#session.signal);
    try {
      const answer = new Promise<Received>((resolve, reject) => {
        this.#asked.set(id, resolve);
        const head = { isRequest: true };
        const options = { data, head, signal: either.signal, onProgress };
        this.#outgoing.send(id, options).catch(reject);
      });
      return await unlessAborted(answer, either.signal);
    } catch (error) {
      this.#incoming.refuseAnswersTo(id, error);
      throw error;
    } finally {
      this.#asked.delete(id);
      either.release();
    }
  }

  /** Closes the channel. All that is pending rejects with the reason. */
  close(
    reason: unknown = new DOMException(
      "The connection was closed",
      "AbortError",
    ),
  ): void {
    if (this.closed.aborted) return;
    this.#closing.abort(reason);
    this.#end(reason);
    this.#frames.close();
  }

  #end(reason: unknown): void {
    this.#session.abort(reason);
    this.#incoming.close(reason);
  }

  #newId(): number {
    return this.#lastId = (this.#lastId + 1) >>> 0;
  }

  /** Whether a frame is what may come. */
  #take(frame: DataFrame): boolean {
    const { kind, id, meta } = frame;
    switch (kind) {
      case "open":
        return this.#incoming.begin(frame);
      case "data":
        return this.#incoming.take(frame);
      case "abort":
        this.#incoming.abort(frame);
        break;
      case "credit":
        this.#outgoing.find(id)?.grant(Number(meta));
        return Number.isSafeInteger(meta);
      case "over":
        if (meta === null) this.#outgoing.find(id)?.finish();
        else {
          this.#outgoing.find(id)?.refuse(errorOf(meta));
          this.#asked.get(id)?.(Promise.reject(errorOf(meta)));
        }
    }
    return true;
  }

  #deliver(
    id: number,
    { isRequest, answerTo }: DataHead,
    data: Received,
  ): void {
    if (isRequest) this.#answer(id, data);
    else if (answerTo === undefined) this.#listener.onMessage(data);
    else this.#asked.get(answerTo)?.(data);
  }

  async #answer(requestId: number, data: Received): Promise<void> {
    try {
      if (++this.#unanswered > MAX_UNANSWERED) {
        throw new Error("Too many requests wait for answers: await some first");
      }
      const answer = this.#listener.onRequest(data);
      if (answer === undefined) {
        throw new Error("Nobody answers requests here: add a listener");
      }
      const head = { answerTo: requestId };
      await this.#outgoing.send(this.#newId(), { data: await answer, head });
    } catch (error) {
      this.#incoming.refuse(requestId, error);
    } finally {
      this.#unanswered--;
    }
  }
}
