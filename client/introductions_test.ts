/** Introductions over real connections, in whatever order a room brings them. */

import { assert, assertEquals } from "@std/assert";
import type { Connection } from "./connection.ts";
import { toPeerId } from "./peer_id.ts";
import { newConnection } from "./testing/connection_pair.ts";
import {
  introductionTest,
  Member,
  openRoom,
  type Post,
} from "./testing/introductions.ts";

introductionTest("two need three posts, whoever comes first", async () => {
  const all: Member[] = [];
  for (const order of [[0, 1], [1, 0]]) {
    const { members, posts } = openRoom(2);
    for (const i of order) await members[i]!.introductions.announce();
    await Promise.all(members.map((member) => member.meet(1)));
    assertEquals(posts.map(({ signal }) => signal.kind), [
      "offer",
      "offer",
      "answer",
    ]);
    all.push(...members);
  }
  return all;
});

introductionTest(
  "a newcomer's offer is answered by one, and the others offer",
  async () => {
    const { members, posts } = openRoom(3);
    for (const member of members) await member.introductions.announce();
    await Promise.all(members.map((member) => member.meet(2)));
    const [, , third] = members;
    const offers = posts.filter(({ signal }) =>
      signal.kind === "offer" && signal.to === third!.id
    );
    const answers = posts.filter(({ signal }) =>
      signal.kind === "answer" && signal.to === third!.id
    );
    assertEquals([offers.length, answers.length], [1, 1]);
    return members;
  },
);

/** Two whose announcements reach each of them in an order of its own. */
async function cross(
  orders: readonly [first: readonly number[], second: readonly number[]],
): Promise<Member[]> {
  const announcements: Post[] = [];
  let isHeld = true;
  const members: Member[] = [];
  const post = (post: Post) => {
    if (isHeld) return void announcements.push(post);
    for (const member of members) member.hear(post);
  };
  members.push(new Member(1, post), new Member(2, post));
  for (const member of members) await member.introductions.announce();
  isHeld = false;
  orders.forEach((order, i) => {
    for (const at of order) members[i]!.hear(announcements[at]!);
  });
  await Promise.all(members.map((member) => member.meet(1)));
  return members;
}

introductionTest(
  "when each believes to have been there first, the smaller id's offer counts",
  () => cross([[0, 1], [1, 0]]),
);

introductionTest(
  "when none believes to have been there first, one offers after a while",
  () => cross([[1, 0], [0, 1]]),
);

introductionTest(
  "an answer to an offer that is gone is followed by a new offer",
  async () => {
    const { members: [first, second], posts } = openRoom(2);
    await first!.introductions.announce();
    await second!.introductions.announce();
    // The second one's node fails over before the answer comes: it announces itself again.
    await second!.introductions.announce();
    await Promise.all([first!, second!].map((member) => member.meet(1)));
    assertEquals(posts.length <= 6, true, `${posts.length} posts`);
    return [first!, second!];
  },
);

introductionTest(
  "what is under way is not given up because one announces itself again",
  async () => {
    const said: Post[] = [];
    const first = new Member(1, (post) => said.push(post));
    const answers: Post[] = [];
    const second = new Member(2, (post) => {
      answers.push(post);
      first.hear(post);
    });
    second.hear({ from: second.id, signal: { kind: "announce" } });
    first.introductions.reconnect(second.id);
    while (said.length === 0) await new Promise((go) => setTimeout(go, 1));
    second.hear(said[0]!);
    second.hear({ from: first.id, signal: { kind: "announce" } });
    await Promise.all([first.meet(1), second.meet(1)]);
    assertEquals(answers.map(({ signal }) => signal.kind), ["answer"]);
    return [first, second];
  },
);

introductionTest(
  "an offer that was not heard gives way to one that comes later",
  async () => {
    let isLost = true;
    const { promise: lost, resolve: onLost } = Promise.withResolvers<void>();
    const first: Member = new Member(1, (post) => {
      if (isLost) onLost();
      else second.hear(post);
    });
    const second = new Member(2, (post) => first.hear(post));
    second.hear({ from: second.id, signal: { kind: "announce" } });
    first.introductions.reconnect(second.id);
    await lost;
    isLost = false;
    // Its first offer is as good as at once, and does not count.
    for (let i = 0; i < 2; i++) {
      second.hear({ from: first.id, signal: { kind: "announce" } });
    }
    await Promise.all([first.meet(1), second.meet(1)]);
    return [first, second];
  },
);

introductionTest(
  "one that was missed is offered a connection when others tell of it",
  async () => {
    const { members: [first, second] } = openRoom(2);
    first!.introductions.hearOf([first!.id, second!.id]);
    await Promise.all([first!, second!].map((member) => member.meet(1)));
    return [first!, second!];
  },
);

introductionTest(
  "a peer that is heard again keeps the connection that it has",
  async () => {
    const posts: Post[] = [];
    let isWell = false;
    const first = new Member(1, (post) => posts.push(post), {
      isWell: () => isWell,
    });
    let onAnswer = (_: Post) => {};
    const second = new Member(2, (post) => onAnswer(post));
    const answered = new Promise<Post>((resolve) => onAnswer = resolve);
    first.introductions.reconnect(second.id);
    while (posts.length === 0) await new Promise((go) => setTimeout(go, 1));
    second.hear(posts[0]!);
    isWell = true;
    first.hear(await answered);
    // Another one begins when that attempt is over, open or given up.
    while (first.states.length < 2) {
      first.introductions.reconnect(second.id);
      await new Promise((go) => setTimeout(go, 1));
    }
    assertEquals(first.connections.size, 0);
    return [first, second];
  },
);

introductionTest("an offer of nonsense fails, and is told", async () => {
  const { members: [first, second] } = openRoom(2);
  second!.hear({
    from: first!.id,
    signal: {
      kind: "offer",
      to: second!.id,
      attempt: 1,
      isRelayed: false,
      description: Uint8Array.of(1, 2, 3),
    },
  });
  while (!second!.states.includes("failed")) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assertEquals(second!.errors.splice(0).length, 1);
  return [first!, second!];
});

introductionTest(
  "what was heard before the end, or after it, begins nothing",
  async () => {
    const { members: [first, second], posts } = openRoom(2);
    second!.hear({ from: second!.id, signal: { kind: "announce" } });
    second!.hear({ from: first!.id, signal: { kind: "announce" } });
    second!.introductions.close();
    second!.hear({ from: first!.id, signal: { kind: "announce" } });
    await new Promise((resolve) => setTimeout(resolve));
    assertEquals([second!.states, posts], [[], []]);
    return [first!, second!];
  },
);

introductionTest(
  "an announcement that is ended while it is made leaves no connection",
  async () => {
    const made: Connection[] = [];
    const posts: Post[] = [];
    const member: Member = new Member(1, (post) => posts.push(post), {
      connect: (options) => {
        made.push(newConnection(options));
        return Promise.resolve(made[0]!);
      },
    });
    const announcing = member.introductions.announce();
    member.introductions.close();
    await announcing;
    assertEquals(posts, []);
    assertEquals(made.map(({ rtc }) => rtc.signalingState), ["closed"]);
    return [member];
  },
);

introductionTest("of those that are told of, all get their turn", async () => {
  const offers: Post[] = [];
  const far = new Error("Too far away");
  let connect = (): Promise<Connection> => Promise.reject(far);
  const member = new Member(10, (post) => offers.push(post), {
    connect: () => connect(),
  });
  // The first would offer itself; the second cannot be reached.
  const ids = [5, 20, 30].map((n) => toPeerId(new Uint8Array(8).fill(n)));
  member.introductions.hearOf(ids);
  await new Promise((resolve) => setTimeout(resolve));
  assertEquals([member.states, member.errors], [["direct", "failed"], [far]]);
  member.introductions.hearOf(ids);
  assertEquals(member.states.length, 2, "it was to rest a while");
  connect = () => Promise.resolve(newConnection());
  const realNow = performance.now;
  performance.now = () => realNow.call(performance) + 60_000;
  member.introductions.hearOf(ids);
  performance.now = realNow;
  while (offers.length === 0) {
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  const [{ signal }] = offers as [Post];
  assertEquals(signal.kind === "offer" && signal.to, ids[2]);
  member.errors.length = 0;
  return [member];
});

introductionTest(
  "one that left and came back before that was noticed is offered a connection",
  async () => {
    let isWell = true;
    const posts: Post[] = [];
    const member = new Member(10, (post) => posts.push(post), {
      isWell: () => isWell,
    });
    member.hear({ from: member.id, signal: { kind: "announce" } });
    const back = toPeerId(new Uint8Array(8).fill(20));
    member.hear({ from: back, signal: { kind: "announce" } });
    await new Promise((resolve) => setTimeout(resolve));
    isWell = false;
    const time = setTimeout(() => member.errors.push("no offer"), 6000);
    while (posts.length + member.errors.length === 0) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    clearTimeout(time);
    return [member];
  },
);

introductionTest(
  "an envelope full of announcements makes few connections",
  async () => {
    let made = 0;
    const member = new Member(10, () => {}, {
      connect: (options) => {
        made++;
        return Promise.resolve(newConnection(options));
      },
    });
    member.hear({ from: member.id, signal: { kind: "announce" } });
    const from = toPeerId(new Uint8Array(8).fill(20));
    const signals = Array(200).fill({ kind: "announce" });
    member.introductions.receive({ ok: true, from, signals });
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert(made >= 1 && made <= 4, `${made} connections`);
    return [member];
  },
);

introductionTest("paying for an offer may take a minute", () => {
  const connect = () => new Promise<never>(() => {});
  const member = new Member(10, () => {}, { connect });
  const realSetTimeout = globalThis.setTimeout;
  const limitsMs: unknown[] = [];
  globalThis.setTimeout = ((_: unknown, ms: unknown) =>
    limitsMs.push(ms)) as unknown as typeof setTimeout;
  member.introductions.reconnect(toPeerId(new Uint8Array(8).fill(20)));
  globalThis.setTimeout = realSetTimeout;
  assertEquals(limitsMs, [60_000]);
  return Promise.resolve([member]);
});

introductionTest(
  "of one peer's offers the last counts, whichever comes first",
  async () => {
    const answered: number[] = [];
    const member = new Member(10, ({ signal }) => {
      if (signal.kind === "answer") answered.push(signal.attempt);
    });
    const far = newConnection();
    const description = await far.offer();
    far.close();
    const from = toPeerId(new Uint8Array(8).fill(20));
    for (const attempt of [7, 6, 8]) {
      const signal = {
        kind: "offer",
        to: member.id,
        attempt,
        isRelayed: false,
        description,
      } as const;
      member.hear({ from, signal });
    }
    while (!answered.includes(8)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assertEquals(answered, [7, 8]);
    return [member];
  },
);
