/** One link to another node: hello first, then frames; bounded in both directions. */

import { PROTOCOL, type RoomHash } from "@sigmesh/core/wire";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import { VERSION } from "../../version.ts";
import { Allowance } from "./allowance.ts";
import {
  formatLinkFrame,
  type LinkFrame,
  parseLinkFrame,
} from "./link_frame.ts";
import type { LinkSocket } from "./link_socket.ts";

/** Why a link ended. `lost` is everything that happens to connections. */
export type LinkEnd =
  | "lost"
  | "busy"
  | "silent"
  | "malformed"
  | "other-protocol"
  | "unread"
  | "displaced"
  | "idle"
  | "closing";

/** Whoever a link belongs to. */
export interface LinkOwner {
  /** Both sides have said hello. */
  ready(link: Link): void;
  receive(link: Link, frame: LinkFrame): void;
  /** There is place for more. */
  drained(link: Link): void;
  closed(link: Link, end: LinkEnd): void;
}

const { linkFramesPerSecond, linkHelloSeconds, linkSendBufferBytes } =
  SERVER_LIMITS;
/** So many frames at once: of a node that comes back with all of its rooms. */
const BURST_FRAMES = 8 * linkFramesPerSecond;
const HELLO = formatLinkFrame({
  type: "hello",
  protocol: PROTOCOL,
  version: VERSION,
});

/** What this node knows of where a link leads. */
export interface LinkPeer {
  /** Origin that was dialled; undefined of an accepted link, whose other end is anybody. */
  readonly origin: string | undefined;
  /** Who hints by it at nodes, for rationing: the origin, or the block of an address. */
  readonly source: string;
}

/** Holds no timer; its owner ticks. */
export class Link {
  readonly peer: LinkPeer;
  /** Rooms that it carries. */
  readonly rooms = new Set<RoomHash>();
  /** What is relayed by it of nodes that this one does not know. */
  readonly strangers = new Allowance({
    perSecond: SERVER_LIMITS.relaysOfStrangers,
    burst: 20 * SERVER_LIMITS.relaysOfStrangers,
  });
  readonly #socket: LinkSocket;
  readonly #clock: Clock;
  readonly #owner: LinkOwner;
  readonly #openedAt: number;
  readonly #frames = new Allowance({
    perSecond: linkFramesPerSecond,
    burst: BURST_FRAMES,
  });
  #isReady = false;
  #isPaused = false;
  #end: LinkEnd | undefined;

  constructor(
    socket: LinkSocket,
    { clock, owner, peer }: { clock: Clock; owner: LinkOwner; peer: LinkPeer },
  ) {
    this.peer = peer;
    this.#socket = socket;
    this.#clock = clock;
    this.#owner = owner;
    this.#openedAt = clock.now();
    socket.events = {
      opened: () => socket.send(HELLO),
      received: (text) => this.#receive(text),
      drained: () => owner.drained(this),
      closed: (isBusy) =>
        owner.closed(this, this.#end ?? (isBusy ? "busy" : "lost")),
    };
    if (socket.isOpen) socket.send(HELLO);
  }

  /** Whether the other side has said hello, and the link has not ended. */
  get isReady(): boolean {
    return this.#isReady && this.#end === undefined;
  }

  get unsentBytes(): number {
    return this.#socket.unsentBytes;
  }

  /** Sends a frame, as {@linkcode formatLinkFrame} wrote it. A side that does not read loses the link. */
  send(frame: string): void {
    if (!this.isReady) return;
    if (this.#socket.unsentBytes > linkSendBufferBytes) {
      return this.close("unread");
    }
    this.#socket.send(frame);
  }

  /** Ends it; the owner is told later. */
  close(end: LinkEnd): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    if (end === "displaced") this.#socket.endBusy();
    else this.#socket.destroy();
  }

  /** To be called about once a second. */
  tick(now: number): void {
    const isLate = now - this.#openedAt > linkHelloSeconds * 1000;
    if (!this.#isReady && isLate) this.close("silent");
    if (this.#isPaused && this.#frames.has(now)) {
      this.#isPaused = false;
      this.#socket.resume();
    }
  }

  #receive(text: string): void {
    if (this.#end !== undefined) return;
    if (!this.#frames.take(this.#clock.now())) {
      this.#isPaused = true; // what the socket has read already still comes
      this.#socket.pause();
    }
    const parsed = parseLinkFrame(text);
    if (parsed.ok) this.#handle(parsed.value);
    else if (parsed.reason === "malformed" || !this.#isReady) {
      this.close("malformed");
    }
  }

  #handle(frame: LinkFrame): void {
    if (this.#isReady) {
      if (frame.type !== "hello") this.#owner.receive(this, frame);
    } else if (frame.type !== "hello") {
      this.close("malformed");
    } else if (frame.protocol !== PROTOCOL) {
      this.close("other-protocol");
    } else {
      this.#isReady = true;
      this.#owner.ready(this);
    }
  }
}
