/** A room: its peers, connected, and what is said to all of them. */

import type { Channel } from "./channel.ts";
import { Connection } from "./connection.ts";
import type { RequestOptions } from "./data_link.ts";
import { Envelopes } from "./envelope.ts";
import { fanOut } from "./fan_out.ts";
import { IceServers } from "./ice_servers.ts";
import { Introductions } from "./introductions.ts";
import { Outbox } from "./outbox.ts";
import { watchPage } from "./page_life.ts";
import { warmUp } from "./payment.ts";
import { GONE_MS, type Peer, PeerLink } from "./peer.ts";
import { createPeerId, isPeerId, type PeerId } from "./peer_id.ts";
import {
  dispatchRequest,
  type LeaveReason,
  roomEvent,
  type RoomEvents,
  type RoomState,
} from "./room_events.ts";
import type { RoomOptions, RoomSendOptions } from "./room_options.ts";
import type { RoomSecret } from "./room_secret.ts";
import type { Received, Sendable } from "./sendable.ts";
import { TypedEventTarget } from "./typed_events.ts";

/** After so long without a node others may have come unheard. */
const UNHEARD_MS = 30_000;
/** An announcement that failed is repeated after so long. */
const RETRY_MS = 10_000;
const DEFAULT_MAX_PEERS = 64;

/** See {@linkcode joinRoom}. */
export class Room extends TypedEventTarget<RoomEvents> {
  /** By which the others know this peer; a new one for every joining. */
  readonly selfId: string;
  /** Resolves when this peer is announced; rejects when it cannot be. */
  readonly joined: Promise<void>;
  readonly #options: RoomOptions;
  readonly #channel: Channel;
  readonly #envelopes: Envelopes;
  readonly #outbox: Outbox<void>;
  readonly #ice: IceServers;
  readonly #introductions: Introductions;
  readonly #peers = new Map<string, PeerLink>();
  readonly #tracks = new Map<MediaStreamTrack, MediaStream>();
  readonly #leaving = new AbortController();
  #warmingUp: Promise<void> | undefined;
  #state: RoomState = "choosing";
  /** Envelopes are opened in the room's order. */
  #inbox: Promise<unknown> = Promise.resolve();
  /** Since when those who are there may not know of this peer. */
  #announceAtMs = 0;
  #announcedAt: string | undefined;
  #resolveJoined = () => {};
  #rejectJoined: (reason: unknown) => void = () => {};

  /** Use {@linkcode joinRoom}. */
  constructor(
    { channel, secret, options }: {
      channel: Channel;
      secret: RoomSecret;
      options: RoomOptions;
    },
  ) {
    super();
    const selfId = createPeerId();
    const { signal } = this.#leaving;
    this.selfId = selfId;
    this.#channel = channel;
    this.#options = options;
    this.joined = new Promise((resolve, reject) => {
      this.#resolveJoined = resolve;
      this.#rejectJoined = reject;
    });
    this.joined.catch(() => {}); // told by the state too
    const nowMs = () => channel.nodeTimeMs();
    this.#envelopes = new Envelopes({ secret, selfId, nowMs });
    this.#outbox = new Outbox({
      seal: (signals) => this.#envelopes.seal(signals),
      post: (text) => this.#pay(text),
    });
    const onError = (error: unknown) => this.#tell("error", { error });
    this.#ice = new IceServers({
      own: options.iceServers ?? [],
      node: () => channel.node,
      isInUse: () => this.#links.some(({ isRelayed }) => isRelayed),
      onPaid: (cost) => this.#tell("paid", { cost }),
      onError,
      signal,
    });
    this.#introductions = new Introductions({
      selfId,
      isRelayed: (id) =>
        options.iceTransportPolicy === "relay" ||
        this.#peers.get(id!)?.isRelayed === true,
      hasRelay: () => this.#ice.hasRelay,
      connect: (kind) => this.#connect(kind),
      post: (signal, abort) => this.#outbox.send(signal, { signal: abort }),
      peers: () => this.#peers.keys() as Iterable<PeerId>,
      isWell: (id) => this.#peers.get(id)?.isWell === true,
      hasRoomFor: (id, attempts) =>
        this.#peers.has(id) ||
        this.#peers.size + attempts <
          (options.maxPeers ?? DEFAULT_MAX_PEERS),
      onOpen: (id, connection) => this.#welcome(id, connection),
      onConnecting: (peerId, state) =>
        this.#tell("connecting", { peerId, state }),
      onError,
    });
    this.#watchChannel(signal);
    if (channel.node) this.#introductions.prepare(); // while it is dialled
    watchPage({
      signal,
      onTick: (sleptMs) => this.#tick(sleptMs),
      onHide: () => this.#hide(),
      onShow: () => channel.resume(),
    });
  }

  /** The peers that are connected, by id. */
  get peers(): ReadonlyMap<string, Peer> {
    return this.#peers;
  }

  /** What the room is doing. */
  get state(): RoomState {
    return this.#state;
  }

  /** Origin of the node that is used now. */
  get node(): string | undefined {
    return this.#channel.node?.origin;
  }

  /**
   * Sends to all peers, or to some: strings, JSON, binary, Blobs, Files and
   * streams of any size. Small things arrive in order; large ones let small ones
   * pass. Resolves when all is handed over, and for large things when it has
   * arrived. That a peer leaves meanwhile is no error unless it is named by `to`.
   */
  async send(
    data: Sendable,
    { to, onProgress, ...options }: RoomSendOptions = {},
  ): Promise<void> {
    const links = this.#recipients(to);
    const streams = data instanceof ReadableStream
      ? fanOut(data, links.length)
      : undefined;
    await Promise.all(links.map((link, i) =>
      link.send(streams?.[i] ?? data, {
        ...options,
        onProgress: onProgress && ((progress) => onProgress(progress, link)),
      }).catch((error) => {
        streams?.[i]?.cancel(error).catch(() => {}); // unless it is being read
        if (to !== undefined || this.#peers.get(link.id) === link) throw error;
      })
    ));
  }

  /**
   * Asks one peer, and resolves with what its `request` listener answers.
   * Rejects when it has none, when it fails or leaves, or when it takes longer
   * than `timeoutMs`.
   */
  async request(
    data: Sendable,
    { to, ...options }: RequestOptions & { readonly to: string },
  ): Promise<Received> {
    return await this.#recipients(to)[0]!.request(data, options);
  }

  /** Sends a stream's tracks to every peer, also to those who come later. */
  addStream(stream: MediaStream): void {
    for (const track of stream.getTracks()) this.addTrack(track, stream);
  }

  /** Stops sending a stream. */
  removeStream(stream: MediaStream): void {
    for (const [track, of] of this.#tracks) {
      if (of === stream) this.removeTrack(track);
    }
  }

  /** Sends a track to every peer, also to those who come later. */
  addTrack(track: MediaStreamTrack, stream: MediaStream): void {
    this.#tracks.set(track, stream);
    for (const link of this.#links) link.addTracks(this.#tracks);
  }

  /** Stops sending a track. */
  removeTrack(track: MediaStreamTrack): void {
    this.#tracks.delete(track);
    for (const link of this.#links) link.removeTrack(track);
  }

  /** Sends a track in the place of another, without interruption. Rejects with TypeError when that is not sent. */
  async replaceTrack(
    former: MediaStreamTrack,
    track: MediaStreamTrack,
  ): Promise<void> {
    const stream = this.#tracks.get(former);
    if (stream === undefined) {
      throw new TypeError("That track is not sent: add it first");
    }
    this.#tracks.delete(former);
    this.#tracks.set(track, stream);
    await Promise.all(
      this.#links.map((link) => link.replaceTrack(former, track)),
    );
  }

  /** Leaves for good: the others learn it at once. Resolves when what was sent is out. */
  async leave(): Promise<void> {
    if (this.#leaving.signal.aborted) return;
    const reason = new DOMException("The room was left", "AbortError");
    this.#rejectJoined(reason);
    this.#leaving.abort(reason);
    this.#introductions.close();
    this.#channel.close();
    this.#setState("left", "");
    const links = this.#links;
    this.#peers.clear();
    await Promise.all(links.map((link) => link.leave()));
  }

  get #links(): PeerLink[] {
    return [...this.#peers.values()];
  }

  #recipients(to: string | readonly string[] | undefined): PeerLink[] {
    if (to === undefined) return this.#links;
    return [to].flat().map((id) => {
      const link = this.#peers.get(id as string);
      if (link === undefined) {
        throw new RangeError(`No peer ${id} is here: see room.peers`);
      }
      return link;
    });
  }

  #tell<K extends keyof RoomEvents>(
    type: K,
    fields: Omit<RoomEvents[K], keyof Event>,
  ): void {
    this.dispatchEvent(roomEvent(type, fields));
  }

  #setState(state: RoomState, detail: string): void {
    if (this.#state === state && detail === "") return;
    this.#state = state;
    if (state === "joined") this.#resolveJoined();
    this.#tell("state", { state, detail });
  }

  #watchChannel(signal: AbortSignal): void {
    const channel = this.#channel;
    channel.addEventListener("message", ({ data }) => {
      this.#inbox = this.#inbox.then(async () => {
        const opened = await this.#envelopes.open(data);
        if (!opened.ok && opened.reason === "own") this.#setJoined();
        this.#introductions.receive(opened);
      });
    }, { signal });
    channel.addEventListener("resync", () => {
      this.#announceAtMs = 0;
    }, { signal });
    channel.addEventListener("state", ({ state, cause }) => {
      if (state === "open") return this.#announce();
      if (state === "closed") {
        this.#rejectJoined(cause);
        return void this.leave();
      }
      const unheardAtMs = Date.now() + UNHEARD_MS;
      this.#announceAtMs = Math.min(this.#announceAtMs, unheardAtMs);
      const detail = cause instanceof Error ? cause.message : "";
      const next = state === "connecting" ? "choosing" : "reconnecting";
      this.#setState(next, detail);
    }, { signal });
  }

  /** Once; again where those who come may not have heard it. */
  #announce(): void {
    const { node } = this;
    const isHeard = Date.now() < this.#announceAtMs &&
      node === this.#announcedAt;
    this.#announceAtMs = Infinity;
    if (isHeard) return this.#setState("joined", "");
    this.#announcedAt = node;
    this.#setState("solving", "");
    this.#introductions.announce().then(
      () => this.#setJoined(),
      (error) => {
        this.#rejectJoined(error);
        this.#announcedAt = undefined;
        if (!this.#leaving.signal.aborted) this.#tell("error", { error });
      },
    );
  }

  #setJoined(): void {
    if (this.#state === "solving") this.#setState("joined", "");
  }

  async #pay(text: string): Promise<void> {
    try {
      const { cost } = await this.#channel.post(text, {
        onProgress: (progress) => this.#tell("mining", { progress }),
      });
      this.#tell("paid", { cost });
    } catch (error) {
      // Somebody waits for what was not said.
      this.#announceAtMs = Math.min(this.#announceAtMs, Date.now() + RETRY_MS);
      throw error;
    }
  }

  async #connect({ isRelayed }: { isRelayed: boolean }): Promise<Connection> {
    const { iceTransportPolicy = "all", RTCPeerConnection } = this.#options;
    const servers = isRelayed ? this.#ice.withRelays() : this.#ice.free();
    const policy = { iceTransportPolicy };
    const later = servers.then((iceServers) => ({ ...policy, iceServers }));
    // Packages take no other servers later, though some say that they do.
    const configuration = RTCPeerConnection ? await later : {};
    this.#leaving.signal.throwIfAborted();
    const connection = new Connection({
      Rtc: RTCPeerConnection as typeof globalThis.RTCPeerConnection ??
        globalThis.RTCPeerConnection,
      configuration,
      later: RTCPeerConnection ? undefined : later,
      isRelayed,
    });
    // Not sooner: an engine in the making holds the thread, and the offer up.
    connection.onCandidate = () =>
      this.#warmingUp ??= warmUp(this.#leaving.signal).catch(() => {});
    return connection;
  }

  /** A peer is connected; or is anew, after it had fallen silent. */
  #welcome(id: PeerId, connection: Connection): void {
    const present = this.#peers.get(id);
    if (present) return void present.adopt(connection, this.#tracks);
    const peer = new PeerLink(
      { id, isPolite: this.selfId > id, connection, tracks: this.#tracks },
      {
        onMessage: (peer, data) => this.#tell("message", { peer, data }),
        onRequest: (peer, data) => dispatchRequest(this, { peer, data }),
        onReceiving: (peer, transfer) =>
          this.#tell("receiving", { peer, transfer }),
        onTrack: (peer, { track, streams: [stream] }) =>
          this.#tell("track", { peer, track, stream }),
        peers: () =>
          this.#links.filter((link) => link.isWell).map(({ id }) => id),
        onPeers: (ids) => this.#introductions.hearOf(ids.filter(isPeerId)),
        onSilent: () => this.#introductions.reconnect(id),
        onGone: (peer, reason) => this.#dismiss(peer, reason),
        onError: (error) => this.#tell("error", { error }),
      },
    );
    this.#peers.set(id, peer);
    this.#tell("peerjoin", { peer });
    peer.hearEarly();
  }

  #dismiss(peer: Peer, reason: LeaveReason): void {
    if (this.#peers.get(peer.id) !== peer) return;
    this.#peers.delete(peer.id);
    this.#introductions.forget(peer.id as PeerId);
    this.#tell("peerleave", { peer, reason });
    // All are gone: rather, this peer was cut off.
    if (reason === "vanished" && this.#peers.size === 0) this.#return();
  }

  #tick(sleptMs: number): void {
    for (const link of this.#links) link.tick({ hasSlept: sleptMs > 0 });
    // The others have given this peer up. Alone, it may be in a tab whose timers are slowed down.
    if (sleptMs >= GONE_MS && this.#peers.size > 0) this.#return();
    const isDue = Date.now() >= this.#announceAtMs;
    if (isDue && this.#channel.state === "open") this.#announce();
  }

  /** Others may have given this peer up. The stream may be dead, too: a new one tells. */
  #return(): void {
    this.#announceAtMs = 0;
    this.#channel.pause();
    this.#channel.resume();
  }

  /** The page goes, perhaps to come back: nothing can be waited for. */
  #hide(): void {
    this.#introductions.close();
    this.#channel.pause();
    this.#announceAtMs = 0;
    for (const link of this.#links) {
      link.leaveAtOnce();
      this.#dismiss(link, "left");
    }
  }
}
