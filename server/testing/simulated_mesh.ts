/** Federations over simulated links, under a clock that stands still. */

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
import { Effort } from "../load/effort.ts";
import { Federation } from "../mesh/links/federation.ts";
import { type FakeSink, FakeSink as Sink, turn } from "./fake_sink.ts";
import { FakeClock } from "./fake_clock.ts";
import { FixedMembers, memberAt } from "./fixed_members.ts";
import { RoomRegistry } from "../rooms/room_registry.ts";
import { SimulatedLinks } from "./simulated_links.ts";

/** A node without an API: rooms and federation. */
export interface SimulatedNode {
  readonly origin: string;
  readonly members: FixedMembers;
  readonly rooms: RoomRegistry;
  readonly federation: Federation;
  /** Load, 0 to 1. */
  load: number;
}

type Mutable = Omit<SimulatedNode, "federation"> & { federation?: Federation };

/** Signatures of simulated nodes are their origins, padded. */
function signatureOf(origin: string): string {
  const bytes = new Uint8Array(64);
  new TextEncoder().encodeInto(origin, bytes);
  return encodeBase64url(bytes);
}

/** Nodes whose stamps are not mined and whose signatures are not secret. */
export class SimulatedMesh {
  readonly clock = new FakeClock();
  readonly nodes: SimulatedNode[] = [];
  readonly faults: unknown[] = [];
  readonly #tasks: (() => void)[] = [];
  readonly links = new SimulatedLinks((task) => this.#tasks.push(task));
  #posts = 0;

  constructor(
    size: number,
    { knows = () => true }: {
      knows?: (one: number, other: number) => boolean;
    } = {},
  ) {
    for (let n = 0; n < size; n++) this.nodes.push(this.#createNode(n));
    for (const [one, { members }] of this.nodes.entries()) {
      for (const [other, { origin }] of this.nodes.entries()) {
        if (one !== other && knows(one, other)) {
          members.add(memberAt(origin, { key: origin }));
        }
      }
    }
  }

  /** Opens a stream. */
  read({ rooms }: SimulatedNode, room: RoomHash): FakeSink {
    const sink = new Sink();
    const replay = undefined;
    rooms.subscribe(room, { sink, addressBlock: `${Math.random()}`, replay });
    return sink;
  }

  /** Posts as somebody who paid. */
  post(
    { rooms, origin }: SimulatedNode,
    room: RoomHash,
    { body = `post ${this.#posts}`, paidTo = origin } = {},
  ): void {
    const post = this.paid(room, { body, paidTo });
    const bytes = new TextEncoder().encode(body);
    rooms.post(room, { ...post, body: bytes, origin: paidTo });
  }

  /** A post with its stamp and its id. */
  paid(
    room: RoomHash,
    { body, paidTo, ageSeconds = 0 }: {
      body: string;
      paidTo: string;
      ageSeconds?: number;
    },
  ): { id: string; stamp: string } {
    const stamp = this.#stamp(ageSeconds);
    const { token, salt } = (parseStamp(stamp) as { value: ParsedStamp }).value;
    const url = paidTo + roomPath(room);
    const challenge = challengeOf({ token, method: "POST", url, salt, body });
    return { id: messageIdOf(challenge), stamp };
  }

  /** One that nobody mined. */
  #stamp(ageSeconds: number): string {
    const issuedAt = Math.floor(this.clock.now() / 1000) - ageSeconds;
    const token = formatToken({ issuedAt, height: 16 }, new Uint8Array(16));
    const salt = new Uint8Array(6);
    new DataView(salt.buffer).setUint32(0, this.#posts++);
    return formatStamp({ token, salt, nonces: new Uint8Array(48) });
  }

  /** Carries all that is on its way, and what comes of it. */
  async settle(): Promise<void> {
    for (let quiet = 0; quiet < 3;) {
      quiet = this.#tasks.length > 0 ? 0 : quiet + 1;
      for (const task of this.#tasks.splice(0)) task();
      await turn(); // promises of signatures, coalesced writes
    }
  }

  /** Lets seconds pass, one by one. */
  async pass(seconds: number): Promise<void> {
    for (let i = 0; i < seconds; i++) {
      this.clock.advance(1000);
      await this.settle();
    }
  }

  kill(node: SimulatedNode): void {
    node.federation.close();
    this.links.kill(node.origin);
  }

  #createNode(n: number): SimulatedNode {
    const { clock } = this;
    const origin = `https://node${n}.example`;
    const members = new FixedMembers();
    const effort = new Effort();
    const price = {
      ...{ work: 2 ** 16, height: 16, pressure: 1 },
      load: { cpu: 0, memory: 0 },
    };
    const rooms = new RoomRegistry({
      ...{ clock, price, effort, random: () => 0 },
      quote: () => ({ token: "AW", height: 16 }),
      limits: { maxSubscribers: 1000, maxSubscribersPerAddress: 64 },
    });
    const node: Mutable = { origin, members, rooms, load: 0 };
    node.federation = new Federation({
      ...{ clock, rooms, members, effort, random: () => 0 },
      self: {
        ...{ origin, network: origin, key: origin },
        sign: () => Promise.resolve(signatureOf(origin)),
      },
      dial: this.links.dialFrom(origin),
      verifyToken: (key, { signature }) =>
        Promise.resolve(signature === signatureOf(key)),
      verifyWork: () => ({ ok: true }),
      isLoaded: () => node.load > 0.9,
      onFault: (fault) => this.faults.push(fault),
    });
    this.links.listen(origin, (socket, from) => {
      node.federation!.guests.accept(socket, from);
    });
    rooms.start();
    node.federation.start();
    return node as SimulatedNode;
  }
}
