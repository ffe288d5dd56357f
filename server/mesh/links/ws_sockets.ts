/** Links' sockets by `ws`, the only importer of it: dialled, and accepted from an HTTP upgrade. */

import type { Buffer } from "node:buffer";
import type http from "node:http";
import type { LookupFunction } from "node:net";
import type { Duplex } from "node:stream";
import { type Options, WebSocket, WebSocketServer } from "ws";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import type { LinkSocket, LinkSocketEvents } from "./link_socket.ts";

/** Path of links. */
export const MESH_PATH = "/mesh";

/** That may be unanswered: a slow way, filled by replays, delays some. */
const PINGS = 2;

/** RFC 6455's registry: try again later. */
const BUSY = 1013;

const BOUNDS: Options = {
  maxPayload: SERVER_LIMITS.linkFrameBytes,
  perMessageDeflate: false, // a kilobyte could stand for gigabytes
  closeTimeout: 2000,
};

/** How a node is dialled. */
export interface WsDialOptions {
  /** Resolves a host name; where addresses are checked, the one that was. */
  readonly lookup?: LookupFunction;
  /** Certificates to trust beside the machine's, PEM. */
  readonly ca?: string;
}

/** All sockets of a node, so that one timer pings them all. */
export class WsSockets {
  readonly #server = new WebSocketServer({
    ...BOUNDS,
    noServer: true,
    clientTracking: false,
  });
  readonly #open = new Set<WsSocket>();
  #stop = () => {};

  start(clock: Clock): void {
    this.#stop = clock.every(SERVER_LIMITS.linkPingSeconds * 1000, () => {
      for (const socket of this.#open) socket.beat();
    });
  }

  /** Ends all. */
  close(): void {
    this.#stop();
    for (const socket of this.#open) socket.destroy();
  }

  dial(origin: string, { lookup, ca }: WsDialOptions = {}): LinkSocket {
    const url = origin.replace(/^http/, "ws") + MESH_PATH;
    return this.#add(
      new WebSocket(url, {
        ...BOUNDS,
        ...(lookup === undefined ? {} : { lookup }),
        ...(ca === undefined ? {} : { ca }),
        handshakeTimeout: SERVER_LIMITS.linkHelloSeconds * 1000,
      }),
    );
  }

  /** Makes a link of an HTTP/1.1 upgrade; one that is no WebSocket's is refused. */
  accept(
    { request, socket, head }: {
      request: http.IncomingMessage;
      socket: Duplex;
      head: Buffer;
    },
    take: (socket: LinkSocket) => void,
  ): void {
    this.#server.handleUpgrade(request, socket, head, (ws) => {
      take(this.#add(ws));
    });
  }

  #add(ws: WebSocket): LinkSocket {
    const socket = new WsSocket(ws);
    this.#open.add(socket);
    ws.once("close", () => this.#open.delete(socket));
    return socket;
  }
}

class WsSocket implements LinkSocket {
  events: LinkSocketEvents | undefined;
  readonly #ws: WebSocket;
  #unanswered = 0;
  #isRefused = false;

  constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.on("open", () => this.events?.opened());
    ws.on("message", (data, isBinary) => {
      this.#unanswered = 0;
      if (isBinary) ws.terminate();
      else this.events?.received(data.toString());
    });
    ws.on("pong", () => this.#unanswered = 0);
    ws.on("error", () => {}); // "close" follows
    ws.on("unexpected-response", (request, { statusCode }) => {
      this.#isRefused = statusCode === 429 || statusCode === 503;
      request.destroy();
      ws.terminate();
    });
    ws.on("close", (code) => {
      this.events?.closed(code === BUSY || this.#isRefused);
    });
  }

  get isOpen(): boolean {
    return this.#ws.readyState === WebSocket.OPEN;
  }

  get unsentBytes(): number {
    return this.#ws.bufferedAmount;
  }

  send(text: string): void {
    if (!this.isOpen) return;
    this.#ws.send(text, () => {
      if (this.isOpen && this.unsentBytes === 0) this.events?.drained();
    });
  }

  pause(): void {
    this.#ws.pause();
  }

  resume(): void {
    this.#ws.resume();
  }

  destroy(): void {
    this.#ws.terminate();
  }

  endBusy(): void {
    this.#ws.close(BUSY);
  }

  /** Whoever has said nothing since the ping before the last is gone, unless this side does not read. */
  beat(): void {
    if (!this.isOpen || this.#ws.isPaused) return;
    if (this.#unanswered === PINGS) return this.#ws.terminate();
    this.#unanswered++;
    this.#ws.ping();
  }
}
