/** Federations over simulated links, under a clock that stands still. */

import type { RoomHash } from "@sigmesh/core/wire";
import { type FakeSink, FakeSink as Sink, turn } from "./fake_sink.ts";
import { FakeClock } from "./fake_clock.ts";
import { FixedMembers, memberAt } from "./fixed_members.ts";
import { SimulatedLinks } from "./simulated_links.ts";
import {
  type SimulatedNode as NodeOf,
  stampUnmined,
  startSimulatedNode,
} from "./simulated_node.ts";

/** A node that knows whom a test says. */
export type SimulatedNode = NodeOf<FixedMembers>;

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
    const issuedAt = Math.floor(this.clock.now() / 1000) - ageSeconds;
    const serial = this.#posts++;
    return stampUnmined(room, { body, paidTo, issuedAt, serial });
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
    const { clock, links } = this;
    const origin = `https://node${n}.example`;
    const members = new FixedMembers();
    return startSimulatedNode(origin, {
      ...{ clock, links, members, random: () => 0 },
      onFault: (fault) => this.faults.push(fault),
    });
  }
}
