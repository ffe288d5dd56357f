/** Introduces the browsers of a room to each other, over a signaling channel. */

import type { Channel } from "../mod.ts";
import { packDescription, unpackDescription } from "./description.ts";

/** A message of this demo, as JSON in a post. */
type Signal =
  | { type: "hello"; from: string }
  | { type: "offer" | "answer"; from: string; to: string; sdp: string };

/** What a meeting tells its page. */
export interface MeetingListener {
  onPeers(count: number): void;
  onMessage(from: string, text: string): void;
  onError(error: unknown): void;
  /** Posts a signal; resolves when the node has taken it. */
  post(text: string): Promise<void>;
}

/** Candidates found later than this after the start of gathering are done without. */
const GATHERING_MS = 1000;
/** A browser that is not connected by then is given up. */
const CONNECTING_MS = 30_000;
/** Anybody can say hello under any name: more than these are not answered. */
const MAX_PEERS = 32;

/** Every browser of the room, connected to this one by a data channel. */
export class Meeting {
  readonly selfId: string = crypto.getRandomValues(new Uint8Array(6))
    .reduce((id, byte) => id + byte.toString(16).padStart(2, "0"), "");
  readonly #listener: MeetingListener;
  readonly #connections = new Map<string, RTCPeerConnection>();
  readonly #open = new Map<string, RTCDataChannel>();
  /** Whether this browser's hello has come by in the room's order. */
  #isHere = false;

  constructor(channel: Channel, listener: MeetingListener) {
    this.#listener = listener;
    channel.addEventListener("message", ({ data }) => {
      const signal = parseSignal(data);
      if (signal === undefined) return;
      if (signal.from === this.selfId) this.#isHere ||= signal.type === "hello";
      else this.#receive(signal).catch((error) => listener.onError(error));
    });
  }

  /** Says that this browser is here; those who are offer it a connection. */
  announce(): Promise<void> {
    return this.#post({ type: "hello", from: this.selfId });
  }

  /** Sends a text to every connected browser. */
  send(text: string): void {
    for (const channel of this.#open.values()) channel.send(text);
  }

  /** Leaves: the others learn it at once, not when their connection fails. */
  close(): void {
    for (const connection of this.#connections.values()) connection.close();
  }

  async #receive(signal: Signal): Promise<void> {
    if (signal.type !== "hello" && signal.to !== this.selfId) return;
    const { from } = signal;
    switch (signal.type) {
      case "hello":
        return await this.#offer(from);
      case "offer":
        return await this.#answer(from, signal.sdp);
      case "answer":
        return await this.#connections.get(from)?.setRemoteDescription({
          type: "answer",
          sdp: await unpackDescription(signal.sdp),
        });
    }
  }

  /**
   * Of two browsers the one whose hello came first offers. Both see the hellos
   * in the node's order, so that never both do.
   */
  async #offer(to: string): Promise<void> {
    if (!this.#isHere || this.#connections.has(to)) return;
    if (this.#connections.size >= MAX_PEERS) return;
    const connection = this.#connect(to);
    this.#adopt(to, connection, connection.createDataChannel("chat"));
    await this.#describe("offer", to, connection);
  }

  async #answer(to: string, packed: string): Promise<void> {
    const former = this.#connections.get(to);
    if (former !== undefined) this.#drop(to, former);
    if (this.#connections.size >= MAX_PEERS) return;
    const sdp = await unpackDescription(packed);
    const connection = this.#connect(to);
    connection.ondatachannel = ({ channel }) =>
      this.#adopt(to, connection, channel);
    await connection.setRemoteDescription({ type: "offer", sdp });
    await this.#describe("answer", to, connection);
  }

  #connect(to: string): RTCPeerConnection {
    const connection = new RTCPeerConnection();
    connection.onconnectionstatechange = () => {
      if (connection.connectionState === "failed") this.#drop(to, connection);
    };
    this.#connections.set(to, connection);
    setTimeout(() => {
      if (!this.#open.has(to)) this.#drop(to, connection);
    }, CONNECTING_MS);
    return connection;
  }

  async #describe(
    type: "offer" | "answer",
    to: string,
    connection: RTCPeerConnection,
  ): Promise<void> {
    await connection.setLocalDescription();
    await gathered(connection);
    const sdp = await packDescription(connection.localDescription!.sdp);
    await this.#post({ type, from: this.selfId, to, sdp });
  }

  #adopt(
    to: string,
    connection: RTCPeerConnection,
    channel: RTCDataChannel,
  ): void {
    channel.onopen = () => {
      this.#open.set(to, channel);
      this.#listener.onPeers(this.#open.size);
    };
    channel.onclose = () => this.#drop(to, connection);
    channel.onmessage = ({ data }) =>
      this.#listener.onMessage(to, String(data));
  }

  #drop(to: string, connection: RTCPeerConnection): void {
    if (this.#connections.get(to) !== connection) return;
    connection.close();
    this.#connections.delete(to);
    this.#open.delete(to);
    this.#listener.onPeers(this.#open.size);
  }

  #post(signal: Signal): Promise<void> {
    return this.#listener.post(JSON.stringify(signal));
  }
}

/** Resolves when all candidates are known, or time is up. */
function gathered(connection: RTCPeerConnection): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (connection.iceGatheringState === "complete") resolve();
    };
    connection.addEventListener("icegatheringstatechange", check);
    setTimeout(resolve, GATHERING_MS);
    check();
  });
}

/** Anybody can post to a room: what is no signal is left alone. */
function parseSignal(text: string): Signal | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null) return undefined;
  const { type, from, to, sdp } = value as Record<string, unknown>;
  if (typeof from !== "string" || !/^[0-9a-f]{12}$/.test(from)) {
    return undefined;
  }
  if (type === "hello") return { type, from };
  if (typeof to !== "string" || typeof sdp !== "string") return undefined;
  return type === "offer" || type === "answer"
    ? { type, from, to, sdp }
    : undefined;
}
