import { assertEquals } from "@std/assert";
import {
  challengeOf,
  formatStamp,
  formatToken,
  messageIdOf,
  type verify,
} from "@sigmesh/core";
import { type RoomHash, roomPath } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../../limits.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { Allowance } from "./allowance.ts";
import type { RelayedPost } from "./link_frame.ts";
import { isGenuine, NodeKey } from "../members/node_key.ts";
import { RelayCheck } from "./relay_check.ts";

const ROOM = "ab".repeat(20) as RoomHash;
const origin = "https://node.example";
const key = await NodeKey.create();

function createCheck({ isKnown = true, burst = 1 } = {}) {
  const clock = new FakeClock();
  const heights: number[] = [];
  const verifyWork: typeof verify = (_challenge, _nonces, height) => {
    heights.push(height);
    return { ok: true };
  };
  const check = new RelayCheck({
    ...{ clock, verifyWork, verifyToken: isGenuine },
    keyOf: () => isKnown ? key.text : undefined,
  });
  const strangers = new Allowance({ perSecond: 0, burst });
  const take = async (post: RelayedPost) => {
    const verdict = await check.take(post, strangers);
    return verdict.ok ? verdict : verdict.reason;
  };
  const secondsNow = () => Math.floor(clock.now() / 1000);
  const learn = () => isKnown = true;
  return { clock, check, heights, take, secondsNow, learn };
}

let salts = 0;

/** A post whose work nobody looks at. */
async function postOf(
  { issuedAt, height = 16 }: { issuedAt: number; height?: number },
): Promise<RelayedPost> {
  const token = formatToken({ issuedAt, height }, new Uint8Array(16));
  const salt = new Uint8Array(6).fill(salts++);
  const stamp = formatStamp({ token, salt, nonces: new Uint8Array(48) });
  const signature = await key.signToken(origin, token);
  return { room: ROOM, body: "hello", stamp, origin, signature };
}

Deno.test("a message is taken under the id that its own node gave it", async () => {
  const { take, secondsNow } = createCheck();
  const post = await postOf({ issuedAt: secondsNow() });
  const { stamp, body } = post;
  const challenge = challengeOf({
    ...{ token: stamp.slice(0, 31), method: "POST", body },
    url: origin + roomPath(ROOM),
    salt: new Uint8Array(6).fill(salts - 1),
  });
  const id = messageIdOf(challenge);
  const taken = { ok: true, id, isStranger: false, isCopy: false } as const;
  assertEquals(await take(post), taken);
});

Deno.test("tokens are taken from 5 s in the future until they are 185 s old", async () => {
  const { take, secondsNow } = createCheck();
  const fates = [];
  for (const age of [-6, -5, 0, 185, 186]) {
    const fate = await take(await postOf({ issuedAt: secondsNow() - age }));
    fates.push(typeof fate === "string" ? fate : "taken");
  }
  assertEquals(fates, ["from-future", "taken", "taken", "taken", "expired"]);
});

Deno.test("the work that is looked for is the token's price, from the floor to the most that is ever owed", async () => {
  const { heights, take, secondsNow } = createCheck();
  for (const height of [8, 16, 20.5, 26, 40]) {
    await take(await postOf({ issuedAt: secondsNow(), height }));
  }
  assertEquals(heights, [16, 16, 20.5, 26, 26]);
});

Deno.test("copies that wait for one signature together are taken once, the first", async () => {
  const { take, secondsNow } = createCheck();
  const post = await postOf({ issuedAt: secondsNow() });
  const fates = await Promise.all([take(post), take(post)]);
  assertEquals(fates.map((fate) => typeof fate === "string" ? fate : "taken"), [
    "taken",
    "duplicate",
  ]);
});

Deno.test("a message that was posted here is not taken when it comes back", async () => {
  const { check, take, secondsNow } = createCheck();
  const post = await postOf({ issuedAt: secondsNow() });
  const other = createCheck();
  const verdict = await other.take(post) as { id: string };
  check.notePosted(verdict.id, post.stamp);
  assertEquals(await take(post), "duplicate");
});

Deno.test("another copy of what was taken lately costs no hashing, a forged one before it changes nothing", async () => {
  const { take, heights, secondsNow } = createCheck();
  const post = await postOf({ issuedAt: secondsNow() });
  const other = await postOf({ issuedAt: secondsNow() });
  const forged = { ...post, signature: other.signature?.replace(/^./, "-") };
  assertEquals(await take(forged), "forged");
  assertEquals(typeof await take(post), "object");
  assertEquals(await take({ ...post, body: "other" }), "duplicate");
  assertEquals(heights.length, 2);
});

Deno.test("of nodes that are not known, a link's budget is taken, whether they sign or not", async () => {
  const { take, secondsNow } = createCheck({ isKnown: false });
  const [one, other] = [
    await postOf({ issuedAt: secondsNow() }),
    await postOf({ issuedAt: secondsNow() }),
  ];
  const verdict = await take({ ...one, signature: undefined });
  assertEquals((verdict as { isStranger: boolean }).isStranger, true);
  assertEquals(await take(other), "too-much-of-strangers");
});

Deno.test("a message is remembered until its token is too old, then forgotten", async () => {
  const { check, clock, take, secondsNow } = createCheck();
  const post = await postOf({ issuedAt: secondsNow() });
  await take(post);
  clock.sleep(SERVER_LIMITS.relaySeconds * 1000);
  assertEquals(await take(post), "duplicate");
  clock.sleep(1000);
  assertEquals(await take(post), "expired");
  await take(await postOf({ issuedAt: secondsNow() }));
  assertEquals(check.size, 1);
});

Deno.test("a stranger's message is passed on with each signature, within the budget, until its key is known", async () => {
  const { take, secondsNow, learn } = createCheck({ isKnown: false, burst: 3 });
  const post = await postOf({ issuedAt: secondsNow() });
  const spoilt = { ...post, signature: "A".repeat(86) };
  const isCopy = async (post: RelayedPost) => {
    const verdict = await take(post);
    return typeof verdict === "string" ? verdict : verdict.isCopy;
  };
  assertEquals(await isCopy(spoilt), false);
  assertEquals(await isCopy(spoilt), "duplicate");
  assertEquals(await isCopy({ ...post, signature: undefined }), true);
  learn();
  assertEquals(await isCopy({ ...post, signature: "B".repeat(86) }), "forged");
  assertEquals(await Promise.all([isCopy(post), isCopy(post)]), [
    true,
    "duplicate",
  ]);
  assertEquals(await isCopy({ ...post, signature: undefined }), "duplicate");
});

Deno.test("signatures of one message use up what strangers have", async () => {
  const { take } = createCheck({ isKnown: false });
  const post = await postOf({ issuedAt: 1_760_000_000 });
  await take(post);
  const other = { ...post, signature: undefined };
  assertEquals(await take(other), "too-much-of-strangers");
});
