/** What an Allocate request asks for, RFC 8656, section 7.2. */

import { Buffer } from "node:buffer";
import type { PortWish } from "./allocations.ts";
import { ATTRIBUTE, decodeUint32, FAMILY } from "./attributes.ts";
import type { IpFamily } from "./ip.ts";
import type { Message } from "./message.ts";

/** Protocol number of the transport between server and peers. */
const UDP = 17;
/** First bit of EVEN-PORT: reserve the next one too. */
const RESERVE_NEXT = 0x80;
const TOKEN_BYTES = 8;

/** A request that makes sense. */
export interface AllocateWishes {
  readonly family: IpFamily;
  readonly wish: PortWish;
  /** Undefined when the client leaves it to the server. */
  readonly lifetimeSeconds: number | undefined;
}

/** Reads the attributes, in the order in which their faults are told. */
export function parseAllocate(
  message: Message,
): AllocateWishes | { readonly code: 400 | 440 | 442 } {
  const transport = message.valueOf(ATTRIBUTE.requestedTransport);
  if (transport?.length !== 4) return { code: 400 };
  if (transport[0] !== UDP) return { code: 442 };
  const lifetime = message.valueOf(ATTRIBUTE.lifetime);
  const lifetimeSeconds = decodeUint32(lifetime);
  if (lifetime !== undefined && lifetimeSeconds === undefined) {
    return { code: 400 };
  }
  const requested = message.valueOf(ATTRIBUTE.requestedAddressFamily);
  const family = requested === undefined ? 4 : familyOf(requested);
  if (family === undefined) return { code: 440 };
  const wish = wishOf(message, requested !== undefined);
  return wish === undefined ? { code: 400 } : { family, wish, lifetimeSeconds };
}

function familyOf(value: Uint8Array): IpFamily | undefined {
  if (value.length !== 4) return undefined;
  if (value[0] === FAMILY[4]) return 4;
  return value[0] === FAMILY[6] ? 6 : undefined;
}

/** A token stands for a port that was chosen: it goes with no other wish. */
function wishOf(message: Message, hasFamily: boolean): PortWish | undefined {
  const even = message.valueOf(ATTRIBUTE.evenPort);
  const token = message.valueOf(ATTRIBUTE.reservationToken);
  if (token !== undefined) {
    return even === undefined && !hasFamily && token.length === TOKEN_BYTES
      ? { kind: "reserved", token: Buffer.from(token).toString("hex") }
      : undefined;
  }
  if (even === undefined) return { kind: "any" };
  if (even.length !== 1) return undefined;
  return { kind: even[0]! & RESERVE_NEXT ? "pair" : "even" };
}
