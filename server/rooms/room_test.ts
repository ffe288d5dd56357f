import { assert, assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { FakeClock } from "../testing/fake_clock.ts";
import { FakeSink } from "../testing/fake_sink.ts";
import { NO_PROOF } from "../testing/proofs.ts";
import { Room } from "./room.ts";
import { Subscriber } from "./subscriber.ts";
import { Traffic } from "./traffic.ts";

function roomWithReader() {
  const room = new Room("ab".repeat(20) as RoomHash);
  const sink = new FakeSink();
  const host = {
    clock: new FakeClock(),
    traffic: new Traffic(),
    scheduleFlush: () => {},
    noteClosed: () => {},
  };
  const subscriber = new Subscriber(host, {
    room,
    sink,
    addressBlock: "",
  });
  room.subscribers.add(subscriber);
  /** Events that a tick brings about. */
  const tick = (
    now: number,
    { height = 16, mayBeEarly = true, random = 0 } = {},
  ) => {
    room.quoteIfDue(() => ({ token: "AW", height }), {
      now,
      mayBeEarly,
      random: () => random,
    });
    subscriber.flush();
    return sink.takeEvents();
  };
  return { room, tick };
}

const quote = (height: number) =>
  `event: quote\ndata: {"token":"AW","height":${height}}`;

Deno.test("a quote is due a tick before 15 s", () => {
  const { room, tick } = roomWithReader();
  room.noteQuoted({ token: "AW", height: 16 }, { now: 0, random: () => 0 });
  assertEquals(tick(13_999), []);
  assertEquals(tick(14_000), [quote(16)]);
  assertEquals(tick(27_999), []);
  assertEquals(tick(28_000), [quote(16)]);
});

Deno.test("jitter brings a quote forward, never past 15 s", () => {
  const { room, tick } = roomWithReader();
  room.noteQuoted({ token: "AW", height: 16 }, { now: 0, random: () => 1 });
  assertEquals(tick(11_999), []);
  assertEquals(tick(12_000), [quote(16)]);
});

Deno.test("a price that moved a quarter bit is told, at most every 5 s", () => {
  const { room, tick } = roomWithReader();
  room.noteQuoted({ token: "AW", height: 16 }, { now: 0, random: () => 0 });
  assertEquals(tick(4999, { height: 18 }), []);
  assertEquals(tick(5000, { height: 16.24 }), []);
  assertEquals(tick(5001, { height: 16.25 }), [quote(16.25)]);
  assertEquals(tick(10_000, { height: 18 }), []);
  assertEquals(tick(10_001, { height: 16 }), [quote(16)]);
});

Deno.test("a node at its limit tells the price at its time only", () => {
  const { room, tick } = roomWithReader();
  room.noteQuoted({ token: "AW", height: 16 }, { now: 0, random: () => 0 });
  assertEquals(tick(10_000, { height: 20, mayBeEarly: false }), []);
  assertEquals(tick(14_000, { height: 20, mayBeEarly: false }), [quote(20)]);
});

Deno.test("a message reaches every subscriber, and the room is idle 70 s after", () => {
  const { room, tick } = roomWithReader();
  room.noteQuoted({ token: "AW", height: 16 }, { now: 0, random: () => 0 });
  const event = new TextEncoder().encode("id: x\ndata: y\n\n");
  room.deliver({ id: "x", at: 0, event, proof: NO_PROOF });
  assertEquals(tick(1), ["id: x\ndata: y"]);
  assert(!room.isIdle(1e6));
  room.subscribers.clear();
  assert(!room.isIdle(69_999));
  room.history.expire(60_001);
  assert(room.isIdle(70_000));
});
