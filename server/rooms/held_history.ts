/** What the histories of all rooms hold together, and which gives way at the bound. */

import { SERVER_LIMITS } from "../limits.ts";
import type { Room } from "./room.ts";

/** Over the bound in bytes, the rooms that were told something longest ago lose their history. */
export class HeldHistory {
  /** Rooms that hold messages, the one told something longest ago first. */
  readonly #remembering = new Set<Room>();
  #bytes = 0;
  #messages = 0;
  #lost = 0;

  get bytes(): number {
    return this.#bytes;
  }

  get messages(): number {
    return this.#messages;
  }

  /** Messages that gave way at a bound before their time, so far. */
  get lost(): number {
    return this.#lost;
  }

  /** Lets a room take a message, and others forget for it. */
  add(room: Room, deliver: () => void): void {
    this.#remembering.delete(room);
    this.#remembering.add(room);
    this.#count(room, deliver);
    for (const oldest of this.#remembering) {
      if (this.#bytes <= SERVER_LIMITS.historyBytes) return;
      this.#count(oldest, () => oldest.history.cut());
    }
  }

  /** Lets go of what is too old. */
  expire(now: number): void {
    for (const room of this.#remembering) {
      this.#count(room, () => room.history.expire(now));
    }
  }

  #count(room: Room, change: () => void): void {
    const { bytes, size, lost } = room.history;
    change();
    this.#bytes += room.history.bytes - bytes;
    this.#messages += room.history.size - size;
    this.#lost += room.history.lost - lost;
    if (room.history.size === 0) this.#remembering.delete(room);
  }
}
