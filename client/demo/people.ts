/** Who is in the room, and how each one is reached. */

import type { LeaveReason, Peer, PeerStats, Room } from "../mod.ts";
import { element, make } from "./element.ts";
import { formatDuration } from "./quantities.ts";
import type { About } from "./utterance.ts";

/** How a peer stands; those who are not connected have no name yet. */
type Standing =
  | { readonly kind: "connecting"; readonly isRelayed: boolean }
  | { readonly kind: "failed" }
  | { readonly kind: "connected"; peer: Peer; stats: PeerStats | undefined };

/** What the page makes of it. */
export interface PeopleListener {
  /** The counts have changed. */
  onChange(): void;
  /** Somebody has said who they are, for the first time. */
  onCome(name: string): void;
  onLeave(name: string, reason: LeaveReason): void;
}

const REFRESH_MS = 3000;
/** A connection that failed is shown so long. */
const FAILURE_MS = 20_000;
/** What strangers announce is shown up to so many rows. */
const MAX_ROWS = 100;

/** Shows the people of a room, until `signal` is aborted. */
export class People {
  readonly #listener: PeopleListener;
  readonly #signal: AbortSignal;
  readonly #rows = element<HTMLTableSectionElement>("people-rows");
  readonly #standings = new Map<string, Standing>();
  readonly #abouts = new Map<string, About>();
  readonly #ownName: string;

  constructor(
    room: Room,
    { ownName, signal, listener }: {
      ownName: string;
      signal: AbortSignal;
      listener: PeopleListener;
    },
  ) {
    this.#listener = listener;
    this.#signal = signal;
    this.#ownName = ownName;
    room.addEventListener("connecting", ({ peerId, state }) => {
      if (state === "failed") this.#fail(peerId);
      else this.#connect(peerId, state === "relayed");
    });
    room.addEventListener("peerjoin", ({ peer }) => this.#join(peer));
    room.addEventListener("peerleave", ({ peer, reason }) => {
      this.#leave(peer, reason);
    });
    const refreshing = setInterval(() => this.#refreshAll(), REFRESH_MS);
    signal.addEventListener("abort", () => clearInterval(refreshing));
    this.#render();
  }

  /** How many there are of whom. */
  get counts(): { peers: number; relayed: number; connecting: number } {
    const all = [...this.#standings.values()];
    const connected = all.filter((one) => one.kind === "connected");
    return {
      peers: connected.length,
      relayed: connected.filter(({ stats }) => stats?.connection === "relayed")
        .length,
      connecting: all.filter(({ kind }) => kind === "connecting").length,
    };
  }

  /** What a peer said of itself; undefined before it did. */
  aboutOf(peerId: string): About | undefined {
    return this.#abouts.get(peerId);
  }

  /** The name that a peer gave itself: anybody may call themselves anything. */
  nameOf(peerId: string): string {
    return this.#abouts.get(peerId)?.name || `Peer ${peerId.slice(0, 4)}`;
  }

  /** Takes what a connected peer said of itself. */
  introduce(peer: Peer, about: About): void {
    const isNew = !this.#abouts.has(peer.id);
    this.#abouts.set(peer.id, about);
    if (isNew) this.#listener.onCome(this.nameOf(peer.id));
    this.#render();
  }

  #connect(peerId: string, isRelayed: boolean): void {
    if (this.#standings.get(peerId)?.kind === "connected") return; // anew, unseen
    if (this.#standings.size >= MAX_ROWS) return;
    this.#set(peerId, { kind: "connecting", isRelayed });
  }

  #fail(peerId: string): void {
    if (this.#standings.get(peerId)?.kind !== "connecting") return;
    const failed: Standing = { kind: "failed" };
    this.#set(peerId, failed);
    setTimeout(() => {
      if (this.#standings.get(peerId) !== failed) return;
      this.#standings.delete(peerId);
      this.#change();
    }, FAILURE_MS);
  }

  async #join(peer: Peer): Promise<void> {
    this.#set(peer.id, { kind: "connected", peer, stats: undefined });
    await this.#refresh(peer.id);
    this.#change();
  }

  #leave(peer: Peer, reason: LeaveReason): void {
    this.#standings.delete(peer.id);
    this.#listener.onLeave(this.nameOf(peer.id), reason);
    this.#abouts.delete(peer.id);
    this.#change();
  }

  #set(peerId: string, standing: Standing): void {
    this.#standings.set(peerId, standing);
    this.#change();
  }

  async #refreshAll(): Promise<void> {
    const ids = [...this.#standings.keys()];
    await Promise.all(ids.map((id) => this.#refresh(id)));
    this.#change();
  }

  async #refresh(peerId: string): Promise<void> {
    const standing = this.#standings.get(peerId);
    if (standing?.kind !== "connected") return;
    // A connection that is just being closed has no statistics.
    const stats = await standing.peer.stats().catch(() => undefined);
    standing.stats = stats ?? standing.stats;
  }

  #change(): void {
    if (this.#signal.aborted) return;
    this.#render();
    this.#listener.onChange();
  }

  #render(): void {
    this.#rows.replaceChildren(
      rowOf(`${this.#ownName} (you)`, ["", ""]),
      ...[...this.#standings].map(([id, standing]) =>
        rowOf(this.nameOf(id), describeStanding(standing))
      ),
    );
  }
}

function rowOf(name: string, cells: readonly string[]): HTMLTableRowElement {
  const row = make("tr");
  const head = make("th", { scope: "row" });
  head.append(make("bdi", { textContent: name }));
  row.append(head, ...cells.map((textContent) => make("td", { textContent })));
  return row;
}

/** Connection and round trip. */
function describeStanding(standing: Standing): [string, string] {
  switch (standing.kind) {
    case "connecting":
      return [standing.isRelayed ? "trying a relay …" : "connecting …", ""];
    case "failed":
      return ["not reached", ""];
    case "connected": {
      const { connection = "unknown", roundTripMs } = standing.stats ?? {};
      return [
        connection === "unknown" ? "connected" : connection,
        roundTripMs === undefined ? "…" : formatDuration(roundTripMs),
      ];
    }
  }
}
