/** Types of what this project uses of ws, which ships none. */

declare module "ws" {
  import type { Buffer } from "node:buffer";
  import type { ClientRequest, IncomingMessage } from "node:http";
  import type { LookupFunction } from "node:net";
  import type { Duplex } from "node:stream";

  /** Of both ends. */
  export interface Options {
    maxPayload?: number;
    perMessageDeflate?: boolean;
    /** Milliseconds to wait for the other side's close frame. */
    closeTimeout?: number;
  }

  interface Events {
    open: [];
    message: [data: Buffer, isBinary: boolean];
    pong: [];
    error: [error: Error];
    "unexpected-response": [request: ClientRequest, response: IncomingMessage];
    close: [code: number];
  }

  export class WebSocket {
    static readonly OPEN: number;
    constructor(
      url: string,
      options?: Options & {
        handshakeTimeout?: number;
        lookup?: LookupFunction;
        ca?: string;
        headers?: Record<string, string>;
      },
    );
    readonly readyState: number;
    readonly bufferedAmount: number;
    readonly isPaused: boolean;
    on<Name extends keyof Events>(
      name: Name,
      listener: (...args: Events[Name]) => void,
    ): this;
    once<Name extends keyof Events>(
      name: Name,
      listener: (...args: Events[Name]) => void,
    ): this;
    send(data: string, sent?: () => void): void;
    /** Without `fin` more of the message follows. */
    send(data: string, options: { fin: boolean }): void;
    ping(): void;
    pause(): void;
    resume(): void;
    close(code?: number): void;
    terminate(): void;
  }

  export class WebSocketServer {
    constructor(
      options: Options & { noServer: true; clientTracking: boolean },
    );
    handleUpgrade(
      request: IncomingMessage,
      socket: Duplex,
      head: Buffer,
      done: (ws: WebSocket) => void,
    ): void;
  }
}
