/** An allocation at a TURN server, as a client has it (RFC 8656). */

import {
  ATTRIBUTE,
  decodeErrorCode,
  decodeXorAddress,
} from "../turn/attributes.ts";
import type { TurnCredential } from "../turn/credential.ts";
import { integrityKey } from "../turn/integrity.ts";
import { bytesOfIp, textOfIp } from "../turn/ip.ts";
import {
  decodeMessage,
  KIND,
  type Message,
  METHOD,
  readUint16,
  writeUint16,
} from "../turn/message.ts";
import type { MessageWriter } from "../turn/message_writer.ts";
import { newMessage, StunSocket } from "./stun_socket.ts";
import type { Place } from "./udp_asker.ts";

const UDP_PROTOCOL = 17;
/** Of the numbers that channels may have, any. */
const CHANNEL = 0x4000;
const CHANNEL_HEADER_BYTES = 4;

const utf8 = new TextDecoder();

/** An allocation, or why there is none: the code of a refusal, undefined without an answer. */
export type AllocateResult =
  | { readonly ok: true; readonly value: Allocation }
  | { readonly ok: false; readonly code: number | undefined };

/** Relays between one peer and this program. */
export class Allocation implements AsyncDisposable {
  /** Where peers send to. */
  readonly relayed: Place;
  /** This program, as the server sees it. */
  readonly mapped: Place;
  readonly #socket: StunSocket;
  readonly #sign: Sign;

  private constructor(
    { relayed, mapped }: { relayed: Place; mapped: Place },
    { socket, sign }: { socket: StunSocket; sign: Sign },
  ) {
    this.relayed = relayed;
    this.mapped = mapped;
    this.#socket = socket;
    this.#sign = sign;
  }

  /** Learns realm and nonce by a refusal, as every client does. */
  static async open(
    server: Place,
    credential: TurnCredential,
  ): Promise<AllocateResult> {
    const socket = new StunSocket(server);
    const refusal = await socket.ask(allocateRequest());
    const sign = refusal && signer(refusal, credential);
    const answer = sign && await socket.ask(sign(allocateRequest()));
    const relayed = answer && placeIn(answer, ATTRIBUTE.xorRelayedAddress);
    const mapped = answer && placeIn(answer, ATTRIBUTE.xorMappedAddress);
    if (relayed !== undefined && mapped !== undefined && sign !== undefined) {
      const value = new Allocation({ relayed, mapped }, { socket, sign });
      return { ok: true, value };
    }
    socket[Symbol.dispose]();
    const last = answer ?? (sign === undefined ? refusal : undefined);
    return { ok: false, code: last && codeOf(last) };
  }

  /** Lets a peer's packets through; 0, or the code of a refusal. */
  async permit(peer: Place): Promise<number | undefined> {
    const request = addPeer(newMessage(METHOD.createPermission), peer);
    const answer = await this.#socket.ask(this.#sign(request));
    return answer && codeOf(answer);
  }

  /** The same, and packets of that peer get a short header. */
  async bindChannel(peer: Place): Promise<number | undefined> {
    const request = addPeer(newMessage(METHOD.channelBind), peer)
      .addUint32(ATTRIBUTE.channelNumber, CHANNEL << 16);
    const answer = await this.#socket.ask(this.#sign(request));
    return answer && codeOf(answer);
  }

  /** By a Send indication. */
  sendTo(peer: Place, text: string): Promise<void> {
    const data = new TextEncoder().encode(text);
    const { bytes } = addPeer(newMessage(METHOD.send, KIND.indication), peer)
      .add(ATTRIBUTE.data, data);
    return this.#socket.send(bytes);
  }

  /** To the peer that has the channel. */
  sendOnChannel(text: string): Promise<void> {
    const data = new TextEncoder().encode(text);
    const bytes = new Uint8Array(CHANNEL_HEADER_BYTES + data.length);
    writeUint16(bytes, CHANNEL, 0);
    writeUint16(bytes, data.length, 2);
    bytes.set(data, CHANNEL_HEADER_BYTES);
    return this.#socket.send(bytes);
  }

  /** Whether a text is relayed to here once somebody sends it. */
  async hears(text: string, send: () => Promise<unknown>): Promise<boolean> {
    const heard = await this.#socket.exchange(
      send,
      (datagram) => relayedText(datagram) === text || undefined,
    );
    return heard === true;
  }

  /** Gives the port back; a server that does not hear of it does so in ten minutes. */
  async [Symbol.asyncDispose](): Promise<void> {
    const request = newMessage(METHOD.refresh).addUint32(ATTRIBUTE.lifetime, 0);
    await this.#socket.ask(this.#sign(request));
    this.#socket[Symbol.dispose]();
  }
}

type Sign = (request: MessageWriter) => MessageWriter;

function allocateRequest(): MessageWriter {
  return newMessage(METHOD.allocate)
    .addUint32(ATTRIBUTE.requestedTransport, UDP_PROTOCOL << 24);
}

/** Undefined when the refusal does not say how to sign. */
function signer(
  refusal: Message,
  { username, credential: password }: TurnCredential,
): Sign | undefined {
  const realm = refusal.valueOf(ATTRIBUTE.realm);
  const nonce = refusal.valueOf(ATTRIBUTE.nonce);
  if (realm === undefined || nonce === undefined) return undefined;
  const key = integrityKey({ username, realm: utf8.decode(realm), password });
  return (request) =>
    request.addText(ATTRIBUTE.username, username)
      .add(ATTRIBUTE.realm, realm)
      .add(ATTRIBUTE.nonce, nonce)
      .sign(key);
}

function addPeer(
  message: MessageWriter,
  { address, port }: Place,
): MessageWriter {
  const peer = { address: bytesOfIp(address), port };
  return message.addXorAddress(ATTRIBUTE.xorPeerAddress, peer);
}

/** An address of an answer. */
export function placeIn(message: Message, type: number): Place | undefined {
  const value = message.valueOf(type);
  const found = value && decodeXorAddress(value, message.transactionId);
  return found && { address: textOfIp(found.address), port: found.port };
}

function codeOf(message: Message): number {
  return decodeErrorCode(message.valueOf(ATTRIBUTE.errorCode));
}

function relayedText(datagram: Uint8Array): string | undefined {
  if (datagram.length < CHANNEL_HEADER_BYTES) return undefined;
  if (readUint16(datagram, 0) === CHANNEL) {
    const end = CHANNEL_HEADER_BYTES + readUint16(datagram, 2);
    return utf8.decode(datagram.subarray(CHANNEL_HEADER_BYTES, end));
  }
  const data = decodeMessage(datagram)?.valueOf(ATTRIBUTE.data);
  return data && utf8.decode(data);
}
