/** Files that are sent to everybody, and those that come. */

import type { Peer, Room, RoomEvents } from "../mod.ts";
import { FileCard } from "./file_card.ts";
import { formatBytes } from "./quantities.ts";
import type { Timeline } from "./timeline.ts";
import { messageOf } from "./trouble.ts";

/** Files that can be downloaded at once; beyond, the oldest is let go. */
const MAX_KEPT = 50;

/** A file that is arriving. */
interface Arriving {
  readonly peer: Peer;
  readonly card: FileCard;
  readonly name: string;
  /** Whether all of it is here. */
  isWhole: boolean;
}

/** Who shows what files do. */
export interface FilesPage {
  readonly timeline: Timeline;
  readonly ownName: string;
  nameOf(peerId: string): string;
  /** Ends the downloads. */
  readonly signal: AbortSignal;
}

/** See the head of this file. */
export class Files {
  readonly #room: Room;
  readonly #page: FilesPage;
  readonly #arriving = new Map<string, Arriving>();
  readonly #kept: FileCard[] = [];

  constructor(room: Room, page: FilesPage) {
    this.#room = room;
    this.#page = page;
    room.addEventListener("receiving", (event) => this.#watch(event));
    room.addEventListener("message", ({ peer, data }) => {
      if (data instanceof File) this.#receive(peer, data);
    });
    room.addEventListener("peerleave", ({ peer }) => this.#giveUp(peer));
    page.signal.addEventListener("abort", () => {
      for (const card of this.#kept.splice(0)) card.release();
      for (const { peer } of this.#arriving.values()) this.#giveUp(peer);
    });
  }

  /** Sends files to all who are here; each shows how it goes by itself. */
  send(files: Iterable<File>): void {
    const peers = [...this.#room.peers.values()];
    for (const file of files) this.#send(file, peers);
  }

  async #send(file: File, peers: readonly Peer[]): Promise<void> {
    const { timeline, ownName } = this.#page;
    const card = new FileCard(file.name, { verb: "Sending" });
    const giveUp = new AbortController();
    const { signal } = giveUp;
    const sentBytes = new Map<Peer, number>();
    card.offerCancel(() => {
      giveUp.abort(new DOMException("It was cancelled", "AbortError"));
    });
    card.progress(0, file.size);
    timeline.add(ownName, card.element, { isOwn: true });
    const sendings = peers.map((peer) =>
      peer.send(file, {
        signal,
        onProgress({ bytes }) {
          sentBytes.set(peer, bytes);
          const sum = [...sentBytes.values()].reduce((a, b) => a + b);
          card.progress(sum / peers.length, file.size);
        },
      })
    );
    card.end(describeSendings(file, await Promise.allSettled(sendings)));
  }

  #watch({ peer, transfer }: RoomEvents["receiving"]): void {
    const { id, name, bytes, total, failure } = transfer;
    if (name === undefined || total === undefined) return; // no file
    const key = `${peer.id} ${id}`;
    const arriving = this.#arriving.get(key) ?? this.#begin(peer, name);
    if (failure !== undefined) {
      arriving.card.end(`Not received: ${messageOf(failure)}`);
      this.#arriving.delete(key);
      return;
    }
    this.#arriving.set(key, arriving);
    arriving.card.progress(bytes, total);
    arriving.isWhole = bytes === total;
  }

  #receive(peer: Peer, file: File): void {
    const [key, known] =
      [...this.#arriving].find(([, arriving]) =>
        arriving.peer === peer && arriving.isWhole &&
        arriving.name === file.name
      ) ?? [];
    if (key !== undefined) this.#arriving.delete(key);
    const { card } = known ?? this.#begin(peer, file.name);
    card.end(`Received, ${formatBytes(file.size)}`);
    card.offerDownload(file);
    this.#kept.push(card);
    if (this.#kept.length > MAX_KEPT) this.#kept.shift()!.release();
  }

  #begin(peer: Peer, name: string): Arriving {
    const card = new FileCard(name, { verb: "Receiving" });
    this.#page.timeline.add(this.#page.nameOf(peer.id), card.element);
    return { peer, card, name, isWhole: false };
  }

  #giveUp(peer: Peer): void {
    for (const [key, arriving] of this.#arriving) {
      if (arriving.peer !== peer) continue;
      this.#arriving.delete(key);
      arriving.card.end("Not received: the connection ended");
    }
  }
}

/** What came of sending a file to several peers. */
export function describeSendings(
  file: { readonly size: number },
  results: readonly PromiseSettledResult<void>[],
): string {
  const failed = results.filter((result) => result.status === "rejected");
  const arrived = results.length - failed.length;
  const size = formatBytes(file.size);
  if (failed.length === 0) return `Sent to ${arrived}, ${size}`;
  const why = messageOf(failed[0]!.reason);
  return arrived === 0
    ? `Not sent: ${why}`
    : `Sent to ${arrived} of ${results.length}, ${size}: ${why}`;
}
