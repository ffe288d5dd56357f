/** Strings, JSON, bytes, Blobs, streams and requests over one data channel. */

import {
  type DataFrame,
  type DataHead,
  decodeFrame,
  MAX_FRAME_BYTES,
} from "./data_frame.ts";
import { decodeValue } from "./data_sink.ts";
import {
  IncomingTransfer,
  type OpenFrame,
  type Receiving,
} from "./incoming_transfer.ts";
import {
  OutgoingTransfer,
  type TransferProgress,
} from "./outgoing_transfer.ts";
import { SendQueue } from "./send_queue.ts";
import { openSource, type Received, type Sendable } from "./sendable.ts";
import { joinSignals, unlessAborted } from "./signals.ts";
import { reasonOf, TransferError } from "./transfer_error.ts";
import {
  DEFAULT_TRANSFER_LIMITS,
  placeFor,
  type TransferLimits,
} from "./transfer_limits.ts";

/** Options of {@linkcode DataLink.send}. */
export interface SendOptions {
  /** Gives the transfer up, on both sides. */
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes go out. */
  readonly onProgress?: ((progress: TransferProgress) => void) | undefined;
}

/** Options of {@linkcode DataLink.request}. */
export interface RequestOptions extends SendOptions {
  /** Until the answer is there, or its stream begins. Default: as long as the link lasts. */
  readonly timeoutMs?: number | undefined;
}

/** Who is told what comes over a {@linkcode DataLink}. */
export interface DataLinkListener {
  /** Something was sent. Small things come in order, large ones when they are whole, streams when they begin. */
  onMessage(data: Received): void;
  /** Something was asked. What this rejects with is told to the asker; undefined: nobody answers. */
  onRequest(data: Received): Promise<Sendable> | undefined;
  /** Something in several frames is arriving: at most every 100 ms, and at its end. */
  onReceiving(receiving: Receiving): void;
}

/** Options of {@linkcode DataLink}. */
export interface DataLinkLimits extends Partial<TransferLimits> {
  /** `sctp.maxMessageSize` of the connection. Read at every use: it may be a getter. */
  readonly maxMessageBytes?: number | undefined;
  /** Milliseconds, for the pace of `onReceiving`. Default `performance.now`. */
  readonly nowMs?: (() => number) | undefined;
}

/** Requests whose answers are being made or sent. At the bound a request is refused. */
const MAX_UNANSWERED = 1024;
/** A peer that takes smaller frames only does not want to be talked to. */
const MIN_FRAME_BYTES = 2048;

/**
 * Carries data over `channel`, which must be reliable and ordered, be open or
 * opening, and be used by nobody else.
 */
export class DataLink {
  /** Resolves with the reason when the link has ended. */
  readonly closed: Promise<unknown>;
  #resolveClosed: (reason: unknown) => void = () => {};
  readonly #channel: RTCDataChannel;
  readonly #listener: DataLinkListener;
  readonly #limits: TransferLimits;
  readonly #nowMs: () => number;
  readonly #queue: SendQueue;
  readonly #incoming = new Map<number, IncomingTransfer>();
  /** Requests without an answer yet, by their transfers' ids. */
  readonly #asked = new Map<number, PromiseWithResolvers<Received>>();
  #unanswered = 0;
  #nextId = 1;
  #end: { readonly reason: unknown } | undefined;

  constructor(
    channel: RTCDataChannel,
    listener: DataLinkListener,
    limits: DataLinkLimits = {},
  ) {
    this.#channel = channel;
    this.#listener = listener;
    this.#limits = { ...DEFAULT_TRANSFER_LIMITS, ...limits };
    this.#nowMs = limits.nowMs ?? (() => performance.now());
    this.closed = new Promise((resolve) => this.#resolveClosed = resolve);
    this.#queue = new SendQueue(channel, {
      maxFrameBytes: () =>
        Math.max(
          MIN_FRAME_BYTES,
          Math.min(MAX_FRAME_BYTES, limits.maxMessageBytes ?? MAX_FRAME_BYTES),
        ),
      onBroken: (error) => this.close(error),
    });
    channel.binaryType = "arraybuffer";
    channel.addEventListener("open", this.#onReady);
    channel.addEventListener("bufferedamountlow", this.#onReady);
    channel.addEventListener("message", this.#onMessage);
    channel.addEventListener("close", this.#onClose);
  }

  /**
   * Sends data. Resolves when what fits into one frame (some 64 KB of JSON or
   * bytes) is in the channel's buffer, and when the other side has all of what
   * does not, or of a Blob or stream. Bytes must not change before that. Rejects
   * with TypeError for what cannot be sent, with the signal's reason, and with
   * {@linkcode TransferError} when the other side gives up or the link ends.
   */
  async send(data: Sendable, options: SendOptions = {}): Promise<void> {
    await this.#transmit(data, { purpose: "message", requestId: 0 }, options)
      .done;
  }

  /**
   * Sends data and waits for what the other side answers. Rejects as
   * {@linkcode DataLink.send} does, with {@linkcode TransferError} also when nobody
   * answers there, and with a DOMException named TimeoutError when it takes too long.
   */
  async request(
    data: Sendable,
    { timeoutMs, signal, onProgress }: RequestOptions = {},
  ): Promise<Received> {
    const late = new AbortController();
    const timer = timeoutMs === undefined ? undefined : setTimeout(
      () =>
        late.abort(
          new DOMException(`No answer in ${timeoutMs} ms`, "TimeoutError"),
        ),
      timeoutMs,
    );
    const either = joinSignals(signal, late.signal);
    const options = { signal: either.signal, onProgress };
    const head = { purpose: "request", requestId: 0 } as const;
    try {
      const { id, done } = this.#transmit(data, head, options);
      return await this.#answerTo(id, { done, signal: either.signal });
    } finally {
      clearTimeout(timer);
      either.release();
    }
  }

  /** Closes the channel. All that is pending rejects with the reason. */
  close(
    reason: unknown = new DOMException("The link was closed", "AbortError"),
  ): void {
    if (this.#end !== undefined) return;
    this.#end = { reason };
    this.#channel.removeEventListener("open", this.#onReady);
    this.#channel.removeEventListener("bufferedamountlow", this.#onReady);
    this.#channel.removeEventListener("message", this.#onMessage);
    this.#channel.removeEventListener("close", this.#onClose);
    this.#queue.close(reason);
    for (const transfer of this.#incoming.values()) transfer.fail(reason);
    for (const asked of this.#asked.values()) asked.reject(reason);
    this.#incoming.clear();
    this.#asked.clear();
    this.#channel.close();
    this.#resolveClosed(reason);
  }

  readonly #onReady = () => this.#queue.pump();

  readonly #onClose = () =>
    this.close(new TransferError("The connection to this peer ended"));

  readonly #onMessage = ({ data }: MessageEvent) => {
    const decoded = typeof data === "string"
      ? undefined
      // A copy where it is not an ArrayBuffer, but werift's Buffer.
      : decodeFrame(new Uint8Array(data));
    if (!decoded?.ok) return this.#refuse(decoded?.reason ?? "It sent text");
    if (decoded.value !== undefined) this.#receive(decoded.value);
  };

  /** Ends the link: the other side does not keep to the protocol. */
  #refuse(detail: string): void {
    this.close(
      new TransferError(`This peer does not speak this protocol: ${detail}`),
    );
  }

  #transmit(
    data: Sendable,
    head: Omit<DataHead, "form">,
    { signal, onProgress }: SendOptions,
  ): OutgoingTransfer {
    if (this.#end !== undefined) throw this.#end.reason;
    signal?.throwIfAborted();
    const id = this.#nextId;
    this.#nextId = (id + 1) >>> 0;
    const source = openSource(data);
    const transfer = new OutgoingTransfer(id, {
      head: { ...head, form: source.form },
      source,
      watch: {
        onReady: this.#onReady,
        onBroken: (error) => this.#queue.abort(transfer, error),
        onProgress,
      },
    });
    this.#queue.add(transfer, signal);
    return transfer;
  }

  async #answerTo(
    id: number,
    { done, signal }: { done: Promise<void>; signal: AbortSignal },
  ): Promise<Received> {
    const asked = Promise.withResolvers<Received>();
    this.#asked.set(id, asked);
    done.catch(asked.reject);
    try {
      return await unlessAborted(asked.promise, signal);
    } catch (error) {
      for (const { opening } of this.#incoming.values()) {
        if (isAnswerTo(opening.head, id)) this.#cancel(opening.id, error);
      }
      throw error;
    } finally {
      this.#asked.delete(id);
    }
  }

  #receive(frame: DataFrame): void {
    const { id } = frame;
    switch (frame.kind) {
      case "whole": {
        const { head, bytes } = frame;
        const data = decodeValue(head.form, bytes.slice());
        if (data === undefined) return this.#refuse(`Bad ${head.form}`);
        return this.#deliver(id, head, data);
      }
      case "open":
        return this.#begin(frame);
      case "data":
        if (this.#incoming.get(id)?.take(frame.bytes) === false) {
          this.#refuse("It sends more than was granted");
        }
        return;
      case "end":
        return this.#finish(id);
      case "abort":
        this.#incoming.get(id)?.fail(
          new TransferError(`The other side gave up: ${frame.reason}`),
        );
        this.#incoming.delete(id);
        return;
      case "credit":
        this.#queue.find(id)?.grant(frame.byteCount);
        return this.#queue.pump();
      case "done":
        return this.#queue.find(id)?.finish();
      case "cancel": {
        const error = new TransferError(
          `The other side refused: ${frame.reason}`,
        );
        this.#queue.find(id)?.fail(error);
        this.#asked.get(id)?.reject(error);
      }
    }
  }

  #begin(opening: OpenFrame): void {
    const { id, head, total } = opening;
    if (this.#incoming.has(id)) {
      return this.#refuse("It begins a transfer twice");
    }
    const open = [...this.#incoming.values()].map(({ opening }) => ({
      form: opening.head.form,
      total: opening.total,
    }));
    const place = placeFor({ form: head.form, total }, open, this.#limits);
    if (place !== "now") {
      return this.#cancel(
        id,
        place === "never"
          ? "It is too large: send a Blob or a stream"
          : "Too much at once: wait for the end of other transfers",
      );
    }
    if (head.purpose === "answer" && !this.#asked.has(head.requestId)) {
      return this.#cancel(id, "Nobody waits for this answer");
    }
    const transfer = new IncomingTransfer(opening, {
      tell: (frame) => this.#queue.tell(frame),
      onReceiving: (receiving) => this.#listener.onReceiving(receiving),
      onCancelled: (reason) => this.#cancel(id, reason),
      nowMs: this.#nowMs,
    });
    this.#incoming.set(id, transfer);
    if (transfer.stream) this.#deliver(id, head, transfer.stream);
  }

  #finish(id: number): void {
    const transfer = this.#incoming.get(id);
    if (transfer === undefined) return;
    const data = transfer.end();
    if (data === undefined) {
      return this.#refuse("It sends other than it announced");
    }
    this.#incoming.delete(id);
    if (!transfer.stream) this.#deliver(id, transfer.opening.head, data);
  }

  /** Refuses to receive more of a transfer. */
  #cancel(id: number, error: unknown): void {
    this.#incoming.delete(id);
    this.#queue.tell({ kind: "cancel", id, reason: reasonOf(error) });
  }

  #deliver(id: number, { purpose, requestId }: DataHead, data: Received): void {
    if (purpose === "message") return this.#listener.onMessage(data);
    if (purpose === "request") return void this.#answer(id, data);
    this.#asked.get(requestId)?.resolve(data);
    this.#asked.delete(requestId);
  }

  async #answer(requestId: number, data: Received): Promise<void> {
    try {
      if (this.#unanswered++ >= MAX_UNANSWERED) {
        throw new Error("Too many requests at once: wait for answers");
      }
      const answer = this.#listener.onRequest(data);
      if (answer === undefined) throw new Error("Nobody answers requests here");
      const head = { purpose: "answer", requestId } as const;
      await this.#transmit(await answer, head, {}).done;
    } catch (error) {
      const reason = reasonOf(error);
      this.#queue.tell({ kind: "cancel", id: requestId, reason });
    } finally {
      this.#unanswered--;
    }
  }
}

function isAnswerTo({ purpose, requestId }: DataHead, id: number): boolean {
  return purpose === "answer" && requestId === id;
}
