/** A client of a TURN server with an allocation, and the peer that it talks to. */

import { ATTRIBUTE, decodeXorAddress } from "../../server/turn/attributes.ts";
import type { TurnCredential } from "../../server/turn/credential.ts";
import { integrityKey } from "../../server/turn/integrity.ts";
import {
  decodeMessage,
  KIND,
  type Message,
  METHOD,
} from "../../server/turn/message.ts";
import { MessageWriter } from "../../server/turn/message_writer.ts";
import type { DatagramLoop, DatagramSocket, OnDatagram } from "./datagrams.ts";

/** How a client's data reach its peer. */
export type Mode = "send" | "channel";

export const PAYLOAD_BYTES = 1000;

const CHANNEL = 0x4000;
const LOOPBACK = Uint8Array.of(127, 0, 0, 1);
const REQUESTED_UDP = Uint8Array.of(17, 0, 0, 0);
const ANSWER_WITHIN_MS = 500;
const MOST_TRIES = 4;

/** A server on 127.0.0.1, and who may use it. */
export interface TurnAccess {
  readonly port: number;
  readonly credential: TurnCredential;
}

/** A packet that arrived whole. */
type OnArrival = () => void;

/** An allocation; data go to the peer and come from it. */
export class TurnSession {
  /** What the peer sends: the payload as it is. */
  readonly fromPeer: Uint8Array<ArrayBuffer>;
  /** What the client sends: the payload, wrapped. */
  readonly fromClient: Uint8Array<ArrayBuffer>;
  readonly client: DatagramSocket;
  readonly peer: DatagramSocket;
  /** Set by traffic. */
  onPeerArrival: OnArrival = () => {};
  onClientArrival: OnArrival = () => {};
  /** Datagrams that came and were not what had been sent. */
  strange = 0;
  readonly #loop: DatagramLoop;
  readonly #credential: TurnCredential;
  readonly #mode: Mode;
  #realm = "";
  #nonce: Uint8Array = new Uint8Array();

  /** Allocates, and lets the peer through. Throws, saying what the server answered, when it does not work. */
  constructor(loop: DatagramLoop, { access, mode, payload }: {
    access: TurnAccess;
    mode: Mode;
    payload: Uint8Array<ArrayBuffer>;
  }) {
    this.#loop = loop;
    this.#credential = access.credential;
    this.#mode = mode;
    this.client = loop.open();
    this.client.connect({ address: "127.0.0.1", port: access.port });
    this.peer = loop.open();
    this.fromPeer = payload;
    this.fromClient = mode === "channel"
      ? channelData(payload)
      : sendIndication(payload, this.#peerAddress);
    this.peer.connect({ address: "127.0.0.1", port: this.#allocate() });
    this.#letThrough();
    this.#watch();
  }

  get #peerAddress() {
    return { address: LOOPBACK, port: this.peer.port };
  }

  /** Port of the relayed address. */
  #allocate(): number {
    const challenge = this.#ask(METHOD.allocate, (message) => {
      message.add(ATTRIBUTE.requestedTransport, REQUESTED_UDP);
    });
    const realm = challenge.valueOf(ATTRIBUTE.realm);
    const nonce = challenge.valueOf(ATTRIBUTE.nonce);
    if (realm === undefined || nonce === undefined) {
      throw new Error(`Allocate was not challenged: ${outcomeOf(challenge)}.`);
    }
    this.#realm = new TextDecoder().decode(realm);
    this.#nonce = nonce.slice();
    const answer = this.#request(METHOD.allocate, (message) => {
      message.add(ATTRIBUTE.requestedTransport, REQUESTED_UDP);
    });
    const value = answer.valueOf(ATTRIBUTE.xorRelayedAddress);
    const relayed = value && decodeXorAddress(value, answer.transactionId);
    if (relayed === undefined) throw new Error("Allocate gave no address.");
    return relayed.port;
  }

  #letThrough(): void {
    const peer = this.#peerAddress;
    this.#request(METHOD.createPermission, (message) => {
      message.addXorAddress(ATTRIBUTE.xorPeerAddress, peer);
    });
    if (this.#mode === "send") return;
    this.#request(METHOD.channelBind, (message) => {
      message.addUint32(ATTRIBUTE.channelNumber, CHANNEL * 2 ** 16)
        .addXorAddress(ATTRIBUTE.xorPeerAddress, peer);
    });
  }

  #watch(): void {
    const arrival = (tell: () => void) =>
      whenWhole(this.fromPeer, (isWhole) => isWhole ? tell() : this.strange++);
    this.peer.onDatagram = arrival(() => this.onPeerArrival());
    this.client.onDatagram = arrival(() => this.onClientArrival());
  }

  /** A request with credentials. Throws at an error. */
  #request(method: number, fill: (message: MessageWriter) => void): Message {
    const { username, credential: password } = this.#credential;
    const realm = this.#realm;
    const key = integrityKey({ username, realm, password });
    const answer = this.#ask(method, (message) => {
      fill(message);
      message.addText(ATTRIBUTE.username, username)
        .addText(ATTRIBUTE.realm, realm)
        .add(ATTRIBUTE.nonce, this.#nonce)
        .sign(key);
    });
    if (answer.kind === KIND.success) return answer;
    throw new Error(`Method ${method} was refused: ${outcomeOf(answer)}.`);
  }

  #ask(method: number, fill: (message: MessageWriter) => void): Message {
    const transactionId = crypto.getRandomValues(new Uint8Array(12));
    const message = new MessageWriter({
      ...{ method, kind: KIND.request, transactionId },
    });
    fill(message);
    let answer: Message | undefined;
    this.client.onDatagram = (buffer, length) => {
      answer = decodeMessage(buffer.slice(0, length)) ?? answer;
    };
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      this.client.send(message.bytes.slice());
      const deadline = performance.now() + ANSWER_WITHIN_MS;
      while (performance.now() < deadline) {
        this.#loop.turn(deadline - performance.now());
        if (isAnswer(answer, transactionId)) return answer;
      }
    }
    throw new Error(`The server did not answer method ${method}.`);
  }
}

/** The first packet must hold the payload; the others must be as long as it. */
function whenWhole(
  payload: Uint8Array,
  tell: (isWhole: boolean) => void,
): OnDatagram {
  let wholeBytes: number | undefined;
  return (buffer, length) => {
    if (
      wholeBytes === undefined && holds(buffer.subarray(0, length), payload)
    ) {
      wholeBytes = length;
    }
    tell(length === wholeBytes);
  };
}

function holds(bytes: Uint8Array, payload: Uint8Array): boolean {
  for (let at = 0; at + payload.length <= bytes.length; at++) {
    if (payload.every((byte, i) => bytes[at + i] === byte)) return true;
  }
  return false;
}

function isAnswer(
  message: Message | undefined,
  transactionId: Uint8Array,
): message is Message {
  return message !== undefined &&
    transactionId.every((byte, i) => message.transactionId[i] === byte);
}

function outcomeOf(answer: Message): string {
  const error = answer.valueOf(ATTRIBUTE.errorCode);
  if (error === undefined) return "it gave no reason";
  const reason = new TextDecoder().decode(error.subarray(4));
  return `${error[2]! * 100 + error[3]!} ${reason}`;
}

function channelData(payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + payload.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, CHANNEL);
  view.setUint16(2, payload.length);
  bytes.set(payload, 4);
  return bytes;
}

function sendIndication(
  payload: Uint8Array,
  peer: { address: Uint8Array; port: number },
): Uint8Array<ArrayBuffer> {
  return new MessageWriter({
    method: METHOD.send,
    kind: KIND.indication,
    transactionId: crypto.getRandomValues(new Uint8Array(12)),
  })
    .addXorAddress(ATTRIBUTE.xorPeerAddress, peer)
    .add(ATTRIBUTE.data, payload).bytes.slice();
}
