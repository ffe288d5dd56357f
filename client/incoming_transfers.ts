/** All that is on its way in: what may begin, and where it goes when it is whole. */

import { type DataFrame, type DataHead, parseHead } from "./data_frame.ts";
import type { FrameStream } from "./frame_stream.ts";
import { decodeData, IncomingTransfer } from "./incoming_transfer.ts";
import type { Received, TransferProgress } from "./sendable.ts";
import { errorOf, reasonOf } from "./transfer_error.ts";
import { hasRoom, type TransferLimits } from "./transfer_limits.ts";

/** A large transfer that is arriving. */
export interface Receiving extends TransferProgress {
  /** Which of this peer's transfers. */
  readonly id: number;
  /** Of a File. */
  readonly name?: string | undefined;
  /** MIME type of a Blob that has one. */
  readonly type?: string | undefined;
  /** Why it was given up: there will be no more of it. */
  readonly failure?: unknown;
}

/** What {@linkcode IncomingTransfers} need of their link. */
interface IncomingLink {
  readonly frames: FrameStream;
  readonly limits: TransferLimits & { readonly nowMs: () => number };
  readonly onReceiving: (receiving: Receiving) => void;
  /** Whether this side waits for an answer to its request. */
  readonly isAsked: (requestId: number) => boolean;
  /** Takes what has arrived as transfer `id`. */
  readonly deliver: (id: number, head: DataHead, data: Received) => void;
}

const REPORT_MS = 100;

/** See the head of this file. */
export class IncomingTransfers {
  readonly #link: IncomingLink;
  /** Those in several frames. */
  readonly #open = new Map<number, IncomingTransfer>();

  constructor(link: IncomingLink) {
    this.#link = link;
  }

  /** A transfer's beginning; false when it is none. */
  begin({ id, meta, bytes }: DataFrame): boolean {
    const head = parseHead(meta);
    if (head === undefined || this.#open.has(id)) return false;
    const { form, total } = head;
    if (form !== "blob" && bytes.length === total) {
      const data = decodeData(form, bytes);
      if (data !== undefined) this.#link.deliver(id, head, data);
      return data !== undefined;
    }
    const refusal = this.#refusalOf(head);
    if (refusal === undefined) this.#accept(id, head);
    else this.refuse(id, refusal);
    return bytes.length === 0;
  }

  /** A transfer's next bytes; false when they are not what may come. */
  take({ id, bytes }: DataFrame): boolean {
    const transfer = this.#open.get(id);
    if (transfer === undefined) return true; // refused meanwhile
    const isSound = transfer.take(bytes);
    const nowMs = this.#link.limits.nowMs();
    if (isSound && transfer.isWhole) this.#finish(id, transfer);
    else if (nowMs - transfer.reportedAtMs >= REPORT_MS) {
      transfer.reportedAtMs = nowMs;
      this.#report(id, transfer);
    }
    return isSound;
  }

  /** Its sender has given a transfer up. */
  abort({ id, meta }: DataFrame): void {
    this.#fail(id, errorOf(meta));
  }

  /** Takes no more of a transfer, and tells its sender. */
  refuse(id: number, reason: unknown): void {
    this.#open.delete(id);
    this.#link.frames.tell({ kind: "over", id, meta: reasonOf(reason) });
  }

  /** Nobody waits for the answer to a request any more. */
  refuseAnswersTo(requestId: number, reason: unknown): void {
    for (const [id, { head }] of this.#open) {
      if (head.answerTo === requestId) this.refuse(id, reason);
    }
  }

  /** Gives all of them up. */
  close(reason: unknown): void {
    for (const id of [...this.#open.keys()]) this.#fail(id, reason);
  }

  #refusalOf(head: DataHead): string | undefined {
    const open = [...this.#open.values()].map(({ head }) => head);
    if (!hasRoom(head, open, this.#link.limits)) {
      return "It is too much at once: send less, or a stream";
    }
    const { answerTo } = head;
    return answerTo === undefined || this.#link.isAsked(answerTo)
      ? undefined
      : "Nobody waits for this answer";
  }

  #accept(id: number, head: DataHead): void {
    const transfer = new IncomingTransfer(head, {
      onCredit: (meta) => this.#link.frames.tell({ kind: "credit", id, meta }),
      onCancel: (reason) => this.refuse(id, reason),
    });
    this.#open.set(id, transfer);
    if (transfer.stream) this.#link.deliver(id, head, transfer.stream);
    if (transfer.isWhole) this.#finish(id, transfer);
  }

  async #finish(id: number, transfer: IncomingTransfer): Promise<void> {
    const data = await transfer.end();
    if (!this.#open.delete(id)) return; // the link has ended meanwhile
    if (data === undefined) return this.refuse(id, "This is no JSON");
    this.#link.frames.tell({ kind: "over", id });
    this.#report(id, transfer);
    if (!transfer.stream) this.#link.deliver(id, transfer.head, data);
  }

  #fail(id: number, failure: unknown): void {
    const transfer = this.#open.get(id);
    if (transfer === undefined) return;
    this.#open.delete(id);
    transfer.fail(failure);
    const { head, bytes } = transfer;
    this.#report(id, { head, bytes, failure });
  }

  #report(
    id: number,
    { head, bytes, failure }: Pick<IncomingTransfer, "head" | "bytes"> & {
      failure?: unknown;
    },
  ): void {
    const { name, type, total } = head;
    this.#link.onReceiving({
      ...{ id, name, type, bytes, total },
      ...(failure !== undefined && { failure }),
    });
  }
}
