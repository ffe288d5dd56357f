/** A node without an API: rooms and federation, over simulated links. */

import {
  challengeOf,
  encodeBase64url,
  formatStamp,
  formatToken,
  messageIdOf,
  type ParsedStamp,
  parseStamp,
} from "@sigmesh/core";
import { type RoomHash, roomPath } from "@sigmesh/core/wire";
import type { Clock } from "../clock.ts";
import { Effort } from "../load/effort.ts";
import { Federation } from "../mesh/links/federation.ts";
import type { Ranking } from "../mesh/links/homes.ts";
import type { Members } from "../mesh/members/member.ts";
import { RoomRegistry } from "../rooms/room_registry.ts";
import type { SimulatedLinks } from "./simulated_links.ts";

/** What of a node is there. */
export interface SimulatedNode<Known extends Members = Members> {
  readonly origin: string;
  readonly members: Known;
  readonly rooms: RoomRegistry;
  readonly federation: Federation;
  /** Load, 0 to 1. */
  load: number;
}

/** What nodes of one mesh share, and whom this one knows. */
export interface NodeSetting<Known extends Members> {
  readonly clock: Clock;
  readonly links: SimulatedLinks;
  readonly members: Known;
  readonly homes?: Ranking;
  readonly random: () => number;
  readonly onFault: (fault: unknown) => void;
}

/** Starts one, alone in its network, whose key is its origin. */
export function startSimulatedNode<Known extends Members>(
  origin: string,
  { links, members, ...setting }: NodeSetting<Known>,
): SimulatedNode<Known> {
  const effort = new Effort();
  const price = {
    ...{ work: 2 ** 16, height: 16, pressure: 1 },
    load: { cpu: 0, memory: 0 },
  };
  const rooms = new RoomRegistry({
    ...{ clock: setting.clock, random: setting.random, price, effort },
    quote: () => ({ token: "AW", height: 16 }),
    limits: { maxSubscribers: 1000, maxSubscribersPerAddress: 64 },
  });
  const federation: Federation = new Federation({
    ...{ ...setting, rooms, members, effort },
    self: {
      ...{ origin, network: origin, key: origin },
      sign: () => Promise.resolve(signatureOf(origin)),
    },
    dial: links.dialFrom(origin),
    verifyToken: (key, { signature }) =>
      Promise.resolve(signature === signatureOf(key)),
    verifyWork: () => ({ ok: true }),
    isLoaded: () => node.load > 0.9,
  });
  const node: SimulatedNode<Known> = {
    ...{ origin, members, rooms, federation, load: 0 },
  };
  links.listen(origin, (socket, from) => {
    federation.guests.accept(socket, from);
  });
  rooms.start();
  federation.start();
  return node;
}

/** A stamp that nobody mined, and the id of the post that it is for. `serial` makes it another one. */
export function stampUnmined(
  room: RoomHash,
  { body, paidTo, issuedAt, serial }: {
    body: string;
    paidTo: string;
    issuedAt: number;
    serial: number;
  },
): { id: string; stamp: string } {
  const salt = new Uint8Array(6);
  new DataView(salt.buffer).setUint32(0, serial);
  const stamp = formatStamp({
    token: formatToken({ issuedAt, height: 16 }, new Uint8Array(16)),
    salt,
    nonces: new Uint8Array(48),
  });
  const { token } = (parseStamp(stamp) as { value: ParsedStamp }).value;
  const url = paidTo + roomPath(room);
  const challenge = challengeOf({ token, method: "POST", url, salt, body });
  return { id: messageIdOf(challenge), stamp };
}

const signatures = new Map<string, string>();

/** Signatures of simulated nodes are their origins, padded. */
function signatureOf(origin: string): string {
  let signature = signatures.get(origin);
  if (signature === undefined) {
    const bytes = new Uint8Array(64);
    new TextEncoder().encodeInto(origin, bytes);
    signature = encodeBase64url(bytes);
    signatures.set(origin, signature);
  }
  return signature;
}
