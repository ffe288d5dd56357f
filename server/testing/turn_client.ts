/** A TURN client that says what it is told, also what no client should. */

import { Buffer } from "node:buffer";
import { randomBytes } from "node:crypto";
import dgram from "node:dgram";
import net from "node:net";
import tls from "node:tls";
import {
  ATTRIBUTE,
  decodeErrorCode,
  decodeXorAddress,
  type TransportAddress,
} from "../turn/attributes.ts";
import { REALM } from "../turn/authenticator.ts";
import type { TurnCredential } from "../turn/credential.ts";
import { Framing } from "../turn/framing.ts";
import { integrityKey, isSignedWith } from "../turn/integrity.ts";
import { bytesOfIp } from "../turn/ip.ts";
import {
  decodeMessage,
  KIND,
  type Message,
  METHOD,
  padded,
  readUint16,
  writeUint16,
} from "../turn/message.ts";
import { MessageWriter } from "../turn/message_writer.ts";

/** One datagram, or one message of a stream. */
type Transport = {
  send(bytes: Uint8Array): void;
  close(): Promise<void>;
};

/** An answer, and the code of a refusal; 0 is success. */
export interface Answer {
  readonly code: number;
  readonly message: Message;
  readonly bytes: Uint8Array;
  /** Whether it has a MESSAGE-INTEGRITY that is right. */
  readonly isSigned: boolean;
}

/** What comes to a socket, in order, for whoever asks. */
export class Inbox<T> {
  readonly #come: T[] = [];
  readonly #asked: ((item: T) => void)[] = [];

  add(item: T): void {
    const next = this.#asked.shift();
    if (next === undefined) this.#come.push(item);
    else next(item);
  }

  next(): Promise<T> {
    const item = this.#come.shift();
    if (item !== undefined) return Promise.resolve(item);
    return new Promise((resolve) => this.#asked.push(resolve));
  }
}

/** Request attributes, added in order. */
export type Attributes = (request: MessageWriter) => unknown;

export class TurnClient {
  readonly inbox = new Inbox<Uint8Array>();
  /** Resolves when the server has ended the connection. */
  readonly closed: Promise<void>;
  readonly #transport: Transport;
  readonly #end: () => void;
  #credential: TurnCredential;
  #nonce = "";

  private constructor(
    credential: TurnCredential,
    open: (client: TurnClient) => Transport,
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.closed = promise;
    this.#end = resolve;
    this.#credential = credential;
    this.#transport = open(this);
  }

  static async udp(
    { address, port }: { address: string; port: number },
    credential: TurnCredential,
  ): Promise<TurnClient> {
    const socket = dgram.createSocket(net.isIPv6(address) ? "udp6" : "udp4");
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    return new TurnClient(credential, (client) => {
      socket.on("message", (bytes) => client.inbox.add(bytes));
      return {
        send: (bytes) => socket.send(bytes, port, address),
        close: () => new Promise((resolve) => socket.close(() => resolve())),
      };
    });
  }

  static async tcp(
    { address, port, isEncrypted = false }: {
      address: string;
      port: number;
      isEncrypted?: boolean;
    },
    credential: TurnCredential,
  ): Promise<TurnClient> {
    const at = { host: address, port };
    const socket = isEncrypted
      ? tls.connect({ ...at, rejectUnauthorized: false })
      : net.connect(at);
    const ready = isEncrypted ? "secureConnect" : "connect";
    await new Promise((resolve, reject) => {
      socket.once(ready, resolve);
      socket.once("error", reject);
    });
    const framing = new Framing(65_536);
    return new TurnClient(credential, (client) => {
      socket.on("data", (chunk: Uint8Array) => {
        framing.push(
          chunk,
          (bytes) => client.inbox.add(Uint8Array.from(bytes)),
        );
      });
      socket.on("error", () => {});
      socket.once("close", () => client.#end());
      return {
        send: (bytes) => socket.write(Buffer.from(bytes)),
        close: () => {
          socket.destroy();
          return client.closed;
        },
      };
    });
  }

  /** Speaks for somebody else from now on. */
  use(credential: TurnCredential): void {
    this.#credential = credential;
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Uint8Array): void {
    this.#transport.send(bytes);
  }

  async receive(): Promise<Message> {
    return decodeMessage(await this.inbox.next())!;
  }

  /** Sends a request without credentials. */
  async ask(method: number, add: Attributes = () => {}): Promise<Answer> {
    const request = newRequest(method);
    add(request);
    return await this.#exchange(request);
  }

  /** Sends a signed request; asks for a nonce first when it has none. */
  async request(
    method: number,
    add: Attributes = () => {},
    transactionId?: Uint8Array,
  ): Promise<Answer> {
    if (this.#nonce === "") await this.renewNonce();
    const request = newRequest(method, transactionId);
    add(request);
    return await this.#exchange(this.sign(request));
  }

  /** Takes the nonce of a refusal. */
  async renewNonce(): Promise<string> {
    const { message } = await this.ask(METHOD.allocate, udpTransport);
    this.#nonce = Buffer.from(message.valueOf(ATTRIBUTE.nonce)!).toString();
    return this.#nonce;
  }

  set nonce(nonce: string) {
    this.#nonce = nonce;
  }

  allocate(
    add: Attributes = () => {},
    transactionId?: Uint8Array,
  ): Promise<Answer> {
    return this.request(METHOD.allocate, (request) => {
      udpTransport(request);
      add(request);
    }, transactionId);
  }

  refresh(lifetimeSeconds?: number): Promise<Answer> {
    return this.request(METHOD.refresh, (request) => {
      if (lifetimeSeconds !== undefined) {
        request.addUint32(ATTRIBUTE.lifetime, lifetimeSeconds);
      }
    });
  }

  permit(...peers: PeerName[]): Promise<Answer> {
    return this.request(METHOD.createPermission, (request) => {
      for (const peer of peers) addPeer(request, peer);
    });
  }

  bindChannel(channel: number, peer: PeerName): Promise<Answer> {
    return this.request(METHOD.channelBind, (request) => {
      request.addUint32(ATTRIBUTE.channelNumber, channel << 16);
      addPeer(request, peer);
    });
  }

  /** A Send indication. */
  sendTo(peer: PeerName, data: Uint8Array, add: Attributes = () => {}): void {
    const indication = newMessage(METHOD.send, KIND.indication);
    addPeer(indication, peer);
    indication.add(ATTRIBUTE.data, data);
    add(indication);
    this.sendRaw(indication.bytes);
  }

  sendOnChannel(
    channel: number,
    data: Uint8Array,
    { isPadded = false } = {},
  ): void {
    this.sendRaw(channelData(channel, data, { isPadded }));
  }

  close(): Promise<void> {
    return this.#transport.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  sign(request: MessageWriter): MessageWriter {
    return request
      .addText(ATTRIBUTE.username, this.#credential.username)
      .addText(ATTRIBUTE.realm, REALM)
      .addText(ATTRIBUTE.nonce, this.#nonce)
      .sign(this.#key);
  }

  get #key(): Uint8Array {
    const { username, credential: password } = this.#credential;
    return integrityKey({ username, realm: REALM, password });
  }

  async #exchange(request: MessageWriter): Promise<Answer> {
    this.sendRaw(request.bytes);
    const bytes = await this.inbox.next();
    const message = decodeMessage(bytes)!;
    return {
      code: codeOf(message),
      message,
      bytes,
      isSigned: isSignedWith(this.#key, message),
    };
  }
}

/** A peer as tests name it. */
export interface PeerName {
  readonly address: string;
  readonly port: number;
}

/** A UDP socket that somebody exchanges data with. */
export class Peer implements PeerName {
  readonly inbox = new Inbox<{ data: Uint8Array; from: PeerName }>();
  readonly #socket: dgram.Socket;
  readonly address: string;
  readonly port: number;

  private constructor(socket: dgram.Socket) {
    this.#socket = socket;
    ({ address: this.address, port: this.port } = socket.address());
    socket.on("message", (data, { address, port }) => {
      this.inbox.add({ data, from: { address, port } });
    });
  }

  static async open(address = "127.0.0.1"): Promise<Peer> {
    const socket = dgram.createSocket(net.isIPv6(address) ? "udp6" : "udp4");
    await new Promise<void>((resolve) => socket.bind(0, address, resolve));
    return new Peer(socket);
  }

  send(data: Uint8Array, { address, port }: PeerName): void {
    this.#socket.send(data, port, address);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}

/** REQUESTED-TRANSPORT of UDP. */
export function udpTransport(request: MessageWriter): void {
  request.addUint32(ATTRIBUTE.requestedTransport, 17 << 24);
}

/** RFC 8656, section 14.6: the number of a family, and three spare bytes. */
export function familyOf(number: number): Attributes {
  return (request) =>
    request.addUint32(ATTRIBUTE.requestedAddressFamily, number << 24);
}

export function newRequest(
  method: number,
  transactionId?: Uint8Array,
): MessageWriter {
  return newMessage(method, KIND.request, transactionId);
}

function newMessage(
  method: number,
  kind: typeof KIND[keyof typeof KIND],
  transactionId: Uint8Array = randomBytes(12),
): MessageWriter {
  return new MessageWriter({ method, kind, transactionId });
}

function addPeer(request: MessageWriter, { address, port }: PeerName): void {
  const peer = { address: bytesOfIp(address), port };
  request.addXorAddress(ATTRIBUTE.xorPeerAddress, peer);
}

export function channelData(
  channel: number,
  data: Uint8Array,
  { isPadded = false } = {},
): Uint8Array {
  const bytes = new Uint8Array(
    4 + (isPadded ? padded(data.length) : data.length),
  );
  writeUint16(bytes, channel, 0);
  writeUint16(bytes, data.length, 2);
  bytes.set(data, 4);
  return bytes;
}

/** The code of an error; 0 of a success. */
export function codeOf(message: Message): number {
  return decodeErrorCode(message.valueOf(ATTRIBUTE.errorCode));
}

/** An address in an answer, as tests name peers. */
export function addressIn(message: Message, type: number): PeerName {
  const { address, port } = decodeXorAddress(
    message.valueOf(type)!,
    message.transactionId,
  ) as TransportAddress;
  return { address: address.length === 4 ? address.join(".") : "::1", port };
}

export function relayedIn({ message }: Answer): PeerName {
  return addressIn(message, ATTRIBUTE.xorRelayedAddress);
}

/** LIFETIME of an answer, in seconds. */
export function lifetimeIn({ message }: Answer): number {
  const value = message.valueOf(ATTRIBUTE.lifetime)!;
  return readUint16(value, 0) * 65_536 + readUint16(value, 2);
}
