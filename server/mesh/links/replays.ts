/** Tells links what rooms were told before they carried them, at the pace of their readers. */

import type { RoomHash } from "@sigmesh/core/wire";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import { Allowance } from "./allowance.ts";
import type { Link } from "./link.ts";

/** While so much waits for a link's reader, replays wait too. */
const PACE_BYTES = 256 * 1024;
const { replaysPerLink } = SERVER_LIMITS;

/** The frames that a room's replay consists of. */
export type FramesOf = (
  room: RoomHash,
  options: { isOwnOnly: boolean },
) => Promise<readonly string[]>;

interface Queue {
  /** Rooms to be told of, and whether only of what was posted here. */
  readonly rooms: Map<RoomHash, boolean>;
  readonly allowance: Allowance;
  isRunning: boolean;
}

/**
 * Only rooms wait, not their messages: a link holds no more than it carries.
 * What is told is bounded too, since subscribing again and again costs nothing.
 */
export class Replays {
  readonly #clock: Clock;
  readonly #framesOf: FramesOf;
  readonly #queues = new Map<Link, Queue>();

  constructor({ clock, framesOf }: { clock: Clock; framesOf: FramesOf }) {
    this.#clock = clock;
    this.#framesOf = framesOf;
  }

  /** Has a link told of a room; rejects on a fault only. */
  ask(
    link: Link,
    { room, isOwnOnly }: { room: RoomHash; isOwnOnly: boolean },
  ): Promise<void> {
    let queue = this.#queues.get(link);
    if (queue === undefined) {
      queue = {
        rooms: new Map(),
        allowance: new Allowance({
          perSecond: replaysPerLink,
          burst: 10 * replaysPerLink,
        }),
        isRunning: false,
      };
      this.#queues.set(link, queue);
    }
    queue.rooms.set(room, isOwnOnly);
    return this.run(link);
  }

  /** Goes on where there is place; to be called when there may be. */
  async run(link: Link): Promise<void> {
    const queue = this.#queues.get(link);
    if (queue === undefined || queue.isRunning) return;
    queue.isRunning = true;
    try {
      for (const [room, isOwnOnly] of queue.rooms) {
        if (!this.#mayTell(link, queue)) return;
        queue.rooms.delete(room);
        await this.#tell(link, { room, isOwnOnly, queue });
      }
    } finally {
      queue.isRunning = false;
    }
  }

  /** Links that wait. */
  *waiting(): Iterable<Link> {
    for (const [link, { rooms }] of this.#queues) {
      if (rooms.size > 0) yield link;
    }
  }

  forget(link: Link): void {
    this.#queues.delete(link);
  }

  #mayTell(link: Link, { allowance }: Queue): boolean {
    return link.isReady && link.unsentBytes < PACE_BYTES &&
      allowance.has(this.#clock.now());
  }

  /** A room at once: it holds 256 messages. */
  async #tell(
    link: Link,
    { room, isOwnOnly, queue }: {
      room: RoomHash;
      isOwnOnly: boolean;
      queue: Queue;
    },
  ): Promise<void> {
    const frames = await this.#framesOf(room, { isOwnOnly });
    if (!link.rooms.has(room)) return;
    for (const frame of frames) {
      queue.allowance.take(this.#clock.now());
      link.send(frame);
    }
  }
}
