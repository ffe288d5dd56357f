/** Whom a node does not serve, and which rooms it does not carry, by its operator's choice. */

import { parseRoomHash, type RoomHash } from "@sigmesh/core/wire";
import proxyAddr from "proxy-addr";

/** As named by `--deny`. */
export class Denial {
  readonly #isDenied: (address: string, hop: number) => boolean;
  readonly #rooms = new Set<RoomHash>();

  /** Takes addresses, ranges and rooms. Throws TypeError for what is none of these. */
  constructor(names: readonly string[]) {
    const addresses: string[] = [];
    for (const name of names) {
      const room = parseRoomHash(name);
      if (room === undefined) addresses.push(name);
      else this.#rooms.add(room);
    }
    this.#isDenied = proxyAddr.compile(addresses);
  }

  /** Whether who comes from there is not served. */
  ofAddress(address: string): boolean {
    return this.#isDenied(address, 0);
  }

  /** Whether a room is not carried. */
  ofRoom(hash: RoomHash): boolean {
    return this.#rooms.has(hash);
  }
}
