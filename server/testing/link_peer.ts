/** The other end of a link, in the hands of a test: says what no node would. */

import {
  challengeOf,
  formatStamp,
  formatToken,
  SALT_BYTES,
  solve,
} from "@sigmesh/core";
import { PROTOCOL, type RoomHash, roomPath } from "@sigmesh/core/wire";
import { WebSocket } from "ws";
import type { RelayedPost } from "../mesh/links/link_frame.ts";
import type { NodeKey } from "../mesh/members/node_key.ts";

/** A frame as it was read. */
export type ReadFrame = Record<string, unknown> & { readonly type: string };

/** A WebSocket that nobody checks. */
export class LinkPeer implements AsyncDisposable {
  readonly frames: ReadFrame[] = [];
  /** Resolves with the close code. */
  readonly closed: Promise<number>;
  readonly ws: WebSocket;
  #wake = () => {};
  #isClosed = false;

  /** Over a WebSocket that was dialled or accepted. */
  constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on("error", () => {});
    ws.on("message", (data) => {
      this.frames.push(JSON.parse(data.toString()));
      this.#wake();
    });
    this.closed = new Promise((resolve) =>
      ws.on("close", (code) => {
        this.#isClosed = true;
        this.#wake();
        resolve(code);
      })
    );
  }

  /** Opens a link; says hello unless told otherwise. */
  static async dial(
    { port }: { port: number },
    { hello = true, ...options }: {
      hello?: boolean;
      headers?: Record<string, string>;
    } = {},
  ): Promise<LinkPeer> {
    const ws = new WebSocket(`ws://127.0.0.1:${port}/mesh`, {
      ...options,
      maxPayload: 2 ** 20,
    });
    const peer = new LinkPeer(ws);
    await Promise.race([
      new Promise<void>((resolve) => ws.on("open", resolve)),
      peer.closed,
    ]);
    if (hello) peer.send({ type: "hello", protocol: PROTOCOL, version: "0" });
    return peer;
  }

  send(frame: object | string): void {
    this.ws.send(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  subscribe(room: RoomHash): void {
    this.send({ type: "subscribe", room });
  }

  /** Resolves when so many frames of a type have come, or the link has ended. */
  async until(type: string, count = 1): Promise<ReadFrame[]> {
    while (true) {
      const found = this.frames.filter((frame) => frame.type === type);
      if (found.length >= count || this.#isClosed) return found;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  /** Resolves when the other side has read all that was sent, or has ended the link. */
  async flushed(): Promise<void> {
    const pong = new Promise<void>((resolve) => this.ws.once("pong", resolve));
    this.ws.ping();
    await Promise.race([pong, this.closed]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.ws.terminate();
    await this.closed;
  }
}

/** Mines a post as a node's client, or somebody who poses as one, would. */
export async function mineRelayed(
  { room, body = "hello", origin, issuedAt, height = 16, signer }: {
    room: RoomHash;
    body?: string;
    origin: string;
    /** Seconds. */
    issuedAt: number;
    /** That the token says; at least 16 bits are mined. */
    height?: number;
    signer?: NodeKey;
  },
): Promise<RelayedPost & { type: "message" }> {
  const mac = crypto.getRandomValues(new Uint8Array(32));
  const token = formatToken({ issuedAt, height }, mac);
  const salt = crypto.getRandomValues(new Uint8Array(SALT_BYTES));
  const url = origin + roomPath(room);
  const challenge = challengeOf({ token, method: "POST", url, salt, body });
  const { nonces } = await solve(challenge, 16);
  const stamp = formatStamp({ token, salt, nonces });
  const signature = await signer?.signToken(origin, token);
  return { type: "message", room, body, stamp, origin, signature };
}
