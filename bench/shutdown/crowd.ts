/** Many clients of the library in one process, each with an address of its own. */

import type { NodeClientOptions } from "../../client/node_client.ts";
import { setTimeout as delay } from "node:timers/promises";
import { type Channel, openChannel } from "../../client/mod.ts";
import { within } from "../../server/doctor/within.ts";

/** Few enough that none is refused as too much for free. */
const OPENED_PER_SECOND = 250;
const PER_ROOM = 2;

/** When a client was elsewhere, and for how long it had been without a stream. */
export interface Move {
  /** Both in milliseconds, the first since the watch began. */
  readonly elsewhereAfterMs: number;
  readonly withoutStreamMs: number;
}

/** Channels of which each follows a room, two in each. */
export class Crowd {
  readonly #channels: Channel[] = [];
  /** Streams that were asked for with a stamp. */
  paidStreams = 0;

  /** Opens so many channels on a node; done when it has told them all of others. */
  async open(count: number, node: string): Promise<void> {
    const startedAt = performance.now();
    const opening: Promise<void>[] = [];
    for (let i = 0; i < count; i++) {
      const channel = openChannel(node, roomOf(i), {
        timeoutMs: 60_000,
        fetch: this.#fetchFrom(addressOf(i)),
      });
      this.#channels.push(channel);
      opening.push(channel.ready);
      const dueMs = (i + 1) * 1000 / OPENED_PER_SECOND;
      const aheadMs = dueMs - (performance.now() - startedAt);
      if (aheadMs > 0) await delay(aheadMs);
    }
    await Promise.all(opening);
    while (this.#channels.some(({ knownNodes }) => knownNodes.length < 2)) {
      await delay(1000);
    }
  }

  /** Resolves once all that are on a node are on another, or it took too long. */
  async move(from: string, limitMs: number): Promise<readonly Move[]> {
    const startedAt = performance.now();
    const moves: Move[] = [];
    const leavers = this.#channels.filter(({ node }) => node?.origin === from);
    const all = Promise.all(
      leavers.map((channel) =>
        moveOf(channel, from, startedAt).then((move) => moves.push(move))
      ),
    );
    await within(limitMs, all);
    return moves;
  }

  close(): void {
    for (const channel of this.#channels) channel.close();
  }

  /** As through a proxy that tells a node who asks. */
  #fetchFrom(address: string): NonNullable<NodeClientOptions["fetch"]> {
    return (input, init) => {
      const headers = new Headers(init?.headers);
      headers.set("x-forwarded-for", address);
      if (`${input}`.includes("pow=")) this.paidStreams++;
      return fetch(input, { ...init, headers });
    };
  }
}

function moveOf(
  channel: Channel,
  from: string,
  startedAt: number,
): Promise<Move> {
  return new Promise((resolve) => {
    let lostAt: number | undefined;
    channel.addEventListener("state", ({ state, node }) => {
      const now = performance.now();
      if (state === "reconnecting") lostAt ??= now;
      if (state !== "open" || node === from || lostAt === undefined) return;
      resolve({
        elsewhereAfterMs: now - startedAt,
        withoutStreamMs: now - lostAt,
      });
    });
  });
}

function roomOf(index: number): string {
  return `${Math.floor(index / PER_ROOM)}`.padStart(40, "0");
}

/** Of 198.18.0.0/15, which is for benchmarks (RFC 2544). */
function addressOf(index: number): string {
  return `198.18.${index >> 8}.${index & 255}`;
}
