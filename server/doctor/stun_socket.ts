/** Requests of STUN and TURN by UDP. */

import { decodeMessage, KIND, type Message, METHOD } from "../turn/message.ts";
import { MessageWriter } from "../turn/message_writer.ts";
import { UdpAsker } from "./udp_asker.ts";

const TRANSACTION_BYTES = 12;

/** Asks a STUN or TURN server, and takes what it relays. */
export class StunSocket extends UdpAsker {
  /** The answer to a request; undefined when none comes. */
  ask(request: MessageWriter): Promise<Message | undefined> {
    const { bytes } = request;
    const id = decodeMessage(bytes)!.transactionId.toHex();
    return this.exchange(() => this.send(bytes), (datagram) => {
      const message = decodeMessage(datagram);
      const isAnswer = message?.kind === KIND.success ||
        message?.kind === KIND.error;
      return isAnswer && message.transactionId.toHex() === id
        ? message
        : undefined;
    });
  }
}

/** A message with a transaction of its own. */
export function newMessage(
  method: number,
  kind: typeof KIND.request | typeof KIND.indication = KIND.request,
): MessageWriter {
  const transactionId = crypto.getRandomValues(
    new Uint8Array(TRANSACTION_BYTES),
  );
  return new MessageWriter({ method, kind, transactionId });
}

/** What everybody may ask. */
export function bindingRequest(): MessageWriter {
  return newMessage(METHOD.binding);
}
