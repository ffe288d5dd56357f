/** A peer of a room, as long as it is connected. */

import type { Connection } from "./connection.ts";
import { DataLink, type RequestOptions } from "./data_link.ts";
import type { Receiving } from "./incoming_transfers.ts";
import { Negotiation } from "./negotiation.ts";
import type { LeaveReason } from "./room_events.ts";
import type { Received, Sendable, SendOptions } from "./sendable.ts";
import { TransferError } from "./transfer_error.ts";

/** How a peer is reached. */
export interface PeerStats {
  /** `direct`, or `relayed` by a TURN server; `unknown` where the platform does not say. */
  readonly connection: "direct" | "relayed" | "unknown";
  /** Of the last ping; undefined before the first. */
  readonly roundTripMs: number | undefined;
}

/** Another member of the room, connected. */
export interface Peer {
  /** The same in every room event; another one after the peer has left and come back. */
  readonly id: string;
  /** Its connection: for statistics, tracks and channels of your own. It is replaced when the network changes. */
  readonly connection: RTCPeerConnection;
  /** As {@linkcode Room.send}, to this peer. */
  send(data: Sendable, options?: SendOptions): Promise<void>;
  /** As {@linkcode Room.request}, to this peer. */
  request(data: Sendable, options?: RequestOptions): Promise<Received>;
  /** How it is reached. */
  stats(): Promise<PeerStats>;
}

/** What a peer tells its room. */
export interface PeerListener {
  onMessage(peer: Peer, data: Received): void;
  onRequest(peer: Peer, data: Received): Promise<Sendable> | undefined;
  onReceiving(peer: Peer, transfer: Receiving): void;
  onTrack(peer: Peer, event: RTCTrackEvent): void;
  /** Ids of the peers that are well, to be told to this one. */
  peers(): string[];
  /** Ids of the peers that this one has. */
  onPeers(ids: readonly unknown[]): void;
  /** Nothing was heard for a while: a new connection may help. */
  onSilent(peer: PeerLink): void;
  onGone(peer: PeerLink, reason: LeaveReason): void;
  onError(error: unknown): void;
}

/** Tracks that are sent to every peer, and the streams they belong to. */
export type SharedTracks = ReadonlyMap<MediaStreamTrack, MediaStream>;

const PING_MS = 2000;
/** Silence up to which a peer is well. */
const WELL_MS = 3000;
/** Every so many pings tell which other peers are here. */
const PINGS_A_TELLING = 5;
/** Silence after which another connection is tried … */
const SILENT_MS = 5000;
/** … and after which the peer is gone. */
export const GONE_MS = 8000;
/** What was sent before leaving is given so long to go out. */
const FLUSH_MS = 500;

/** See {@linkcode Peer}. */
export class PeerLink implements Peer {
  readonly id: string;
  readonly #isPolite: boolean;
  readonly #listener: PeerListener;
  readonly #link: DataLink;
  #connection: Connection;
  /** The one before, as long as the other side may use it. */
  #former: Connection | undefined;
  #negotiation: Negotiation;
  #inbox: Promise<unknown> = Promise.resolve();
  #heardAtMs = performance.now();
  #pingedAtMs = 0;
  #pings = 1; // the first telling is after some: newcomers are being introduced
  #roundTripMs: number | undefined;
  #isSilent = false;
  #isOver = false;

  constructor(
    { id, isPolite, connection, tracks }: {
      id: string;
      isPolite: boolean;
      connection: Connection;
      tracks: SharedTracks;
    },
    listener: PeerListener,
  ) {
    this.id = id;
    this.#isPolite = isPolite;
    this.#listener = listener;
    this.#connection = connection;
    this.#negotiation = this.#use(connection, tracks);
    this.#link = new DataLink(connection.data, {
      onMessage: (data) => this.#tell(() => listener.onMessage(this, data)),
      onRequest: (data) => this.#tell(() => listener.onRequest(this, data)),
      onReceiving: (transfer) =>
        this.#tell(() => listener.onReceiving(this, transfer)),
    });
    this.#link.closed.addEventListener("abort", () => this.#end("vanished"));
  }

  get connection(): RTCPeerConnection {
    return this.#connection.rtc;
  }

  send(data: Sendable, options?: SendOptions): Promise<void> {
    return this.#link.send(data, options);
  }

  request(data: Sendable, options?: RequestOptions): Promise<Received> {
    return this.#link.request(data, options);
  }

  async stats(): Promise<PeerStats> {
    // deno-lint-ignore no-explicit-any -- dictionaries that no lib has
    const reports = new Map<string, any>();
    (await this.connection.getStats()).forEach((report) =>
      reports.set(report.id, report)
    );
    const all = [...reports.values()];
    // Browsers differ in how they name the pair that is used.
    const id = all.find((report) => report.selectedCandidatePairId)
      ?.selectedCandidatePairId;
    const pair = reports.get(id) ??
      all.find(({ nominated, state }) => nominated && state === "succeeded");
    const typeOf = (id: string) => reports.get(id)?.candidateType;
    const types = [pair?.localCandidateId, pair?.remoteCandidateId].map(typeOf);
    return {
      connection: types.includes("relay")
        ? "relayed"
        : types[0]
        ? "direct"
        : "unknown",
      roundTripMs: this.#roundTripMs,
    };
  }

  /** Whether the connection may use TURN. */
  get isRelayed(): boolean {
    return this.#connection.isRelayed;
  }

  /** Whether something was heard a moment ago. */
  get isWell(): boolean {
    return performance.now() - this.#heardAtMs < WELL_MS;
  }

  /** Another connection to the same peer takes the place of the present one, and what is under way goes on there. */
  async adopt(connection: Connection, tracks: SharedTracks): Promise<void> {
    const former = this.#connection;
    former.onLost = former.onControl = () => {};
    this.#former?.close();
    this.#former = former;
    this.#connection = connection;
    this.#negotiation = this.#use(connection, tracks);
    this.#hear();
    const isAttached = this.#link.attach(connection.data);
    this.hearEarly();
    await isAttached;
    former.close();
  }

  /** Takes what came before there was this object; to be called when it has been told of. */
  hearEarly(): void {
    this.#link.receiveEarly(this.#connection.takeEarly());
  }

  /** Sends what is shared and not sent yet. */
  addTracks(tracks: SharedTracks): void {
    const sent = this.connection.getSenders().map(({ track }) => track);
    for (const [track, stream] of tracks) {
      if (!sent.includes(track)) this.connection.addTrack(track, stream);
    }
  }

  /** Stops sending a track. */
  removeTrack(track: MediaStreamTrack): void {
    const sender = this.#senderOf(track);
    if (sender !== undefined) this.connection.removeTrack(sender);
  }

  /** Sends another track in the place of one, without negotiation. */
  async replaceTrack(
    former: MediaStreamTrack,
    track: MediaStreamTrack,
  ): Promise<void> {
    await this.#senderOf(former)?.replaceTrack(track);
  }

  /** To be called every second. After a sleep silence means little yet: neither that the peer is gone nor that it is well. */
  tick({ hasSlept }: { hasSlept: boolean }): void {
    const nowMs = performance.now();
    if (hasSlept) this.#heardAtMs = nowMs - WELL_MS;
    if (hasSlept || nowMs - this.#pingedAtMs >= PING_MS) {
      this.#pingedAtMs = nowMs;
      const isTelling = this.#pings++ % PINGS_A_TELLING === 0;
      const peers = isTelling ? this.#listener.peers() : undefined;
      this.#connection.sayControl({ ping: nowMs, peers });
    }
    const silentMs = nowMs - this.#heardAtMs;
    if (silentMs >= GONE_MS) return this.#end("vanished");
    if (silentMs < SILENT_MS || this.#isSilent) return;
    this.#isSilent = true;
    this.#listener.onSilent(this);
  }

  /** Says goodbye, lets out what was sent before, and closes. */
  async leave(): Promise<void> {
    const connection = this.#connection;
    this.#isOver = true;
    connection.sayControl({ leave: true });
    const lateMs = performance.now() + FLUSH_MS;
    while (connection.unsentBytes > 0 && performance.now() < lateMs) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.#close();
  }

  /** As `leave`, for a page that is going: nothing can be waited for. */
  leaveAtOnce(): void {
    this.#connection.sayControl({ leave: true });
    this.#close();
  }

  #use(connection: Connection, tracks: SharedTracks): Negotiation {
    const listener = this.#listener;
    connection.onLost = (reason) => this.#end(reason);
    connection.onControl = (message) => this.#receiveControl(message);
    connection.rtc.ontrack = (event) => listener.onTrack(this, event);
    const negotiation = new Negotiation(connection.rtc, {
      isPolite: this.#isPolite,
      say: (message) => connection.sayControl(message),
      onError: (error) => listener.onError(error),
    });
    this.addTracks(tracks);
    return negotiation;
  }

  #senderOf(track: MediaStreamTrack): RTCRtpSender | undefined {
    return this.connection.getSenders().find((sender) =>
      sender.track === track
    );
  }

  #hear(): void {
    this.#heardAtMs = performance.now();
    this.#isSilent = false;
  }

  /** Tells what came, unless it is for nobody any more. */
  #tell<T>(act: () => T): T | undefined {
    this.#hear();
    return this.#isOver ? undefined : act();
  }

  #end(reason: LeaveReason): void {
    if (this.#isOver) return;
    this.#close();
    this.#listener.onGone(this, reason);
  }

  #close(): void {
    this.#isOver = true;
    this.#former?.close();
    this.#connection.close();
    this.#link.close(new TransferError("The connection to this peer ended"));
  }

  /** What the other side's library says; that of a hostile one may be anything. */
  #receiveControl(text: unknown): void {
    this.#hear();
    let message;
    try {
      message = Object(JSON.parse(String(text)));
    } catch {
      return;
    }
    if (typeof message.ping === "number") {
      this.#connection.sayControl({ pong: message.ping });
      if (Array.isArray(message.peers)) this.#listener.onPeers(message.peers);
    } else if (typeof message.pong === "number") {
      this.#roundTripMs = Math.max(0, performance.now() - message.pong);
    } else if ("leave" in message) {
      this.#end("left");
    } else {
      const negotiation = this.#negotiation;
      this.#inbox = this.#inbox
        .then(() => negotiation.receive(message))
        .catch((error) => this.#listener.onError(error));
    }
  }
}
