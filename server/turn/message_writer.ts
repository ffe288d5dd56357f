/** Writes STUN messages. */

import { Buffer } from "node:buffer";
import {
  ATTRIBUTE,
  encodeXorAddress,
  type TransportAddress,
} from "./attributes.ts";
import { crc32, FINGERPRINT_XOR, hmacOf } from "./integrity.ts";
import {
  HEADER_BYTES,
  type Kind,
  MAGIC_COOKIE,
  messageType,
  padded,
  writeUint16,
  writeUint32,
} from "./message.ts";

/** Most answers are shorter. */
const FIRST_BYTES = 256;

/** A message that grows by attributes; its length is right after each. */
export class MessageWriter {
  #bytes = new Uint8Array(FIRST_BYTES);
  #length = HEADER_BYTES;

  constructor({ method, kind, transactionId }: {
    method: number;
    kind: Kind;
    transactionId: Uint8Array;
  }) {
    writeUint16(this.#bytes, messageType(method, kind), 0);
    writeUint32(this.#bytes, MAGIC_COOKIE, 4);
    this.#bytes.set(transactionId, 8);
  }

  /** The message so far; what is added later may go elsewhere. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  add(type: number, value: Uint8Array): this {
    const at = this.#length;
    this.#grow(4 + padded(value.length));
    writeUint16(this.#bytes, type, at);
    writeUint16(this.#bytes, value.length, at + 2);
    this.#bytes.set(value, at + 4);
    return this;
  }

  addText(type: number, text: string): this {
    return this.add(type, Buffer.from(text));
  }

  addUint32(type: number, value: number): this {
    const bytes = new Uint8Array(4);
    writeUint32(bytes, value, 0);
    return this.add(type, bytes);
  }

  addXorAddress(type: number, address: TransportAddress): this {
    const transactionId = this.#bytes.subarray(8, HEADER_BYTES);
    return this.add(type, encodeXorAddress(address, transactionId));
  }

  addError(code: number, reason: string): this {
    const head = [0, 0, Math.floor(code / 100), code % 100];
    return this.add(
      ATTRIBUTE.errorCode,
      Buffer.concat([Buffer.from(head), Buffer.from(reason)]),
    );
  }

  /** MESSAGE-INTEGRITY over what there is. */
  sign(key: Uint8Array): this {
    const at = this.#length;
    this.add(ATTRIBUTE.messageIntegrity, new Uint8Array(20));
    this.#bytes.set(hmacOf(key, this.#bytes.subarray(0, at)), at + 4);
    return this;
  }

  /** FINGERPRINT over what there is; nothing may follow. */
  addFingerprint(): this {
    const at = this.#length;
    this.add(ATTRIBUTE.fingerprint, new Uint8Array(4));
    const crc = crc32(this.#bytes.subarray(0, at)) ^ FINGERPRINT_XOR;
    writeUint32(this.#bytes, crc >>> 0, at + 4);
    return this;
  }

  #grow(more: number): void {
    const length = this.#length + more;
    if (length > this.#bytes.length) {
      const bytes = new Uint8Array(2 * length);
      bytes.set(this.bytes);
      this.#bytes = bytes;
    }
    this.#length = length;
    writeUint16(this.#bytes, length - HEADER_BYTES, 2);
  }
}
