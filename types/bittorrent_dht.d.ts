/** Types of what this project uses of bittorrent-dht, k-rpc and bencode, which ship none. */

declare module "k-rpc" {
  import type { Buffer } from "node:buffer";
  import type { EventEmitter } from "node:events";

  /** A node of the DHT; its IPv4 address or its name. */
  interface RpcNode {
    readonly host: string;
    readonly port: number;
    readonly id?: Buffer;
  }

  /** As decoded: byte strings are Buffers, dictionaries objects. */
  type Message = Record<string, unknown>;

  /** Where a datagram came from: `address` of one that came, `host` of one that was asked. */
  interface RpcPeer {
    readonly address?: string;
    readonly host?: string;
    readonly port: number;
  }

  type Reply = (
    error: (Error & { code?: number | string }) | null,
    message: Message | null,
    peer: RpcPeer,
  ) => void;

  interface Rpc extends EventEmitter {
    readonly id: Buffer;
    /** How many nodes are closest. */
    readonly k: number;
    /** The routing table. */
    readonly nodes: { toArray(): RpcNode[]; count(): number };
    query(node: RpcNode, message: Message, reply: Reply): void;
    /** Walks to a target, filling the routing table. */
    populate(target: Buffer, message: Message, done: () => void): void;
    /** Walks to a target; `visit` returns false to stop. */
    closest(
      target: Buffer,
      message: Message,
      visit: (message: Message, peer: RpcPeer) => boolean,
      done: () => void,
    ): void;
    destroy(done: () => void): void;
    response(peer: RpcPeer, query: Message, ...response: unknown[]): void;
  }

  /** `nodes` are asked whenever fewer are known. */
  export default function krpc(options: {
    /** By chance when it is undefined. */
    readonly id?: Buffer | undefined;
    readonly nodes: readonly RpcNode[];
    readonly socket: EventEmitter;
  }): Rpc;
}

declare module "bittorrent-dht" {
  import type { Buffer } from "node:buffer";
  import type { EventEmitter } from "node:events";
  import type { Message, Rpc } from "k-rpc";

  export default class DHT extends EventEmitter {
    constructor(options: {
      readonly krpc?: Rpc;
      /** As `host:port`. */
      readonly bootstrap: false | readonly string[];
      /** Options of npm lru, too. */
      readonly maxValues?: { readonly max: number; readonly maxAge: number };
      readonly maxPeers?: number;
      /** Milliseconds. */
      readonly maxAge?: number;
      readonly verify: (
        signature: unknown,
        signed: Uint8Array,
        key: unknown,
      ) => boolean;
    });
    /** What others put here, by target in hex. Not of the documented API; 11.0.12 has it. */
    readonly _values: {
      readonly length: number;
      get(target: string): Message | undefined;
    };
    /** What others have announced here; likewise. */
    readonly _peers: { readonly size: number };
    listen(port: number, host?: string): void;
    address(): { readonly port: number };
    destroy(done: () => void): void;
  }
}

declare module "bencode" {
  import type { Buffer } from "node:buffer";

  const bencode: {
    /** Not strict; throws at some of what is no bencoding. */
    decode(bytes: Uint8Array): unknown;
    encode(value: unknown): Buffer;
  };
  export default bencode;
}
