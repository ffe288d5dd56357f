/** Members of a room whose posts a test carries, over real connections. */

import { assertEquals } from "@std/assert";
import type { Connection } from "../connection.ts";
import { Introductions, type IntroductionsHost } from "../introductions.ts";
import { type PeerId, toPeerId } from "../peer_id.ts";
import type { Signal } from "../signal.ts";
import { newConnection } from "./connection_pair.ts";
import { weriftTest } from "./werift.ts";

/** A post, in nobody's inbox yet. */
export interface Post {
  readonly from: PeerId;
  readonly signal: Signal;
}

/** A peer whose posts the test carries. */
export class Member {
  readonly id: PeerId;
  readonly introductions: Introductions;
  readonly connections = new Map<PeerId, Connection>();
  readonly states: string[] = [];
  readonly errors: unknown[] = [];
  onOpen = () => {};

  constructor(
    number: number,
    post: (post: Post) => void,
    more: Partial<IntroductionsHost> = {},
  ) {
    this.id = toPeerId(new Uint8Array(8).fill(number));
    this.introductions = new Introductions({
      selfId: this.id,
      isRelayed: () => false,
      hasRelay: () => false,
      connect: (options) => Promise.resolve(newConnection(options)),
      post: (signal) => Promise.resolve(post({ from: this.id, signal })),
      peers: () => this.connections.keys(),
      isWell: (id) => this.connections.has(id),
      hasRoomFor: () => true,
      onOpen: (id, connection) => {
        this.connections.get(id)?.close();
        this.connections.set(id, connection);
        this.onOpen();
      },
      onConnecting: (_, state) => this.states.push(state),
      onError: (error) => this.errors.push(error),
      ...more,
    });
  }

  /** Takes a post, as the room's stream would bring it. */
  hear({ from, signal }: Post): void {
    this.introductions.receive(
      from === this.id
        ? { ok: false, reason: "own" }
        : { ok: true, from, signals: [signal] },
    );
  }

  async meet(count: number): Promise<void> {
    while (this.connections.size < count) {
      await new Promise<void>((resolve) => this.onOpen = resolve);
    }
  }

  close(): void {
    this.introductions.close();
    for (const connection of this.connections.values()) connection.close();
  }
}

let warmedUp: Promise<void> | undefined;

/** werift's first offer takes longer than an announcement waits for it. */
async function warmUp(): Promise<void> {
  const connection = newConnection();
  await connection.offer();
  connection.close();
}

/** Defines a test that returns the members it made, to be closed. */
export function introductionTest(
  name: string,
  run: () => Promise<Member[]>,
): void {
  weriftTest(name, async () => {
    await (warmedUp ??= warmUp());
    for (const member of await run()) {
      member.close();
      assertEquals(member.errors, []);
    }
  });
}

/** A room that brings every post to all, at once and in one order. */
export function openRoom(count: number): { members: Member[]; posts: Post[] } {
  const posts: Post[] = [];
  const members: Member[] = [];
  for (let i = 0; i < count; i++) {
    members.push(
      new Member(10 * (i + 1), (post) => {
        posts.push(post);
        for (const member of members) member.hear(post);
      }),
    );
  }
  return { members, posts };
}
