import { assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { FakeClock } from "../testing/fake_clock.ts";
import { FakeSink } from "../testing/fake_sink.ts";
import { Room } from "./room.ts";
import { Subscriber } from "./subscriber.ts";
import { Traffic } from "./traffic.ts";

function subscribe() {
  const clock = new FakeClock();
  const sink = new FakeSink();
  const scheduled: Subscriber[] = [];
  const state = { closed: 0 };
  const host = {
    clock,
    traffic: new Traffic(),
    scheduleFlush: (subscriber: Subscriber) => scheduled.push(subscriber),
    noteClosed: () => state.closed++,
  };
  const subscriber = new Subscriber(host, {
    room: new Room("ab".repeat(20) as RoomHash),
    sink,
    addressBlock: "127.0.0.1",
  });
  return { clock, sink, scheduled, state, subscriber };
}

const event = (text: string) => new TextEncoder().encode(`data: ${text}\n\n`);
const kilobytes = (n: number) => new Uint8Array(n * 1024).fill(0x61);

Deno.test("events of one turn leave in one write, in order", () => {
  const { sink, scheduled, subscriber } = subscribe();
  for (const text of ["a", "b", "c"]) subscriber.send(event(text));
  assertEquals(scheduled.length, 1);
  assertEquals(sink.writes, 0);
  subscriber.flush();
  assertEquals(sink.writes, 1);
  assertEquals(sink.takeEvents(), ["data: a", "data: b", "data: c"]);
  subscriber.flush();
  assertEquals(sink.writes, 1);
});

Deno.test("a replay is paced by its reader, and comes before what is live", () => {
  const { sink, subscriber } = subscribe();
  sink.isReading = false;
  subscriber.replay(Array.from({ length: 100 }, () => kilobytes(1)));
  subscriber.send(event("live"));
  subscriber.flush();
  assertEquals(sink.unsentBytes, 16 * 1024);
  for (let i = 0; i < 5; i++) sink.drain();
  assertEquals(sink.text.includes("live"), false);
  sink.drain();
  assertEquals(sink.text.length, 100 * 1024 + "data: live\n\n".length);
  assertEquals(sink.state, "open");
});

Deno.test("a reader that left more than 64 KiB unread is dropped, and gets nothing more", () => {
  const { sink, state, subscriber } = subscribe();
  sink.isReading = false;
  for (const size of [32, 32, 1]) {
    subscriber.send(kilobytes(size));
    subscriber.flush();
  }
  assertEquals(sink.state, "open");
  subscriber.send(event("x"));
  assertEquals(sink.state, "destroyed");
  assertEquals(state.closed > 0, true);
  const { writes } = sink;
  subscriber.flush();
  assertEquals(sink.writes, writes);
});

Deno.test("what one turn brings a reader that reads does not drop it, up to 512 KiB", () => {
  const { sink, subscriber } = subscribe();
  for (let i = 0; i < 512; i++) subscriber.send(kilobytes(1));
  subscriber.flush();
  assertEquals(sink.text.length, 512 * 1024);
  for (let i = 0; i < 512; i++) subscriber.send(kilobytes(1));
  assertEquals(sink.state, "open");
  subscriber.send(event("x"));
  assertEquals(sink.state, "destroyed");
});

Deno.test("a replay that takes more than 60 s is given up", () => {
  const { sink, subscriber, clock } = subscribe();
  sink.isReading = false;
  subscriber.replay([kilobytes(16), kilobytes(16)]);
  subscriber.flush();
  for (let second = 0; second < 60; second++) {
    sink.unsentBytes--; // it reads, a byte a second
    clock.advance(1000);
    subscriber.dropIfStalled(clock.now());
  }
  assertEquals(sink.state, "open");
  sink.unsentBytes--;
  clock.advance(1000);
  subscriber.dropIfStalled(clock.now());
  assertEquals(sink.state, "destroyed");
});

Deno.test("a reader that takes nothing for more than 5 s is dropped", () => {
  const { clock, sink, subscriber } = subscribe();
  sink.isReading = false;
  subscriber.send(event("x"));
  subscriber.flush();
  clock.advance(5000);
  subscriber.dropIfStalled(clock.now());
  assertEquals(sink.state, "open");
  clock.advance(1);
  subscriber.dropIfStalled(clock.now());
  assertEquals(sink.state, "destroyed");
});

Deno.test("a reader that is slow but reads stays, and so does one that has nothing to read", () => {
  const { clock, sink, subscriber } = subscribe();
  sink.isReading = false;
  for (let i = 0; i < 10; i++) {
    subscriber.send(event("x"));
    subscriber.flush();
    clock.advance(4000);
    sink.drain();
    subscriber.dropIfStalled(clock.now());
  }
  clock.advance(600_000);
  subscriber.dropIfStalled(clock.now());
  assertEquals(sink.state, "open");
});

Deno.test("a reader that takes a little at a time is not stalled", () => {
  const { clock, sink, subscriber } = subscribe();
  sink.isReading = false;
  subscriber.send(kilobytes(60));
  subscriber.flush();
  for (let i = 0; i < 7; i++) {
    clock.advance(4000);
    sink.unsentBytes -= 8 * 1024;
    subscriber.dropIfStalled(clock.now());
  }
  assertEquals(sink.state, "open");
});

Deno.test("a stream that ends in the middle of a replay gets nothing after its farewell", () => {
  const { sink, subscriber } = subscribe();
  sink.isReading = false;
  subscriber.replay(Array.from({ length: 100 }, () => kilobytes(1)));
  subscriber.flush();
  subscriber.end(event("farewell"));
  sink.drain();
  subscriber.send(event("late"));
  subscriber.flush();
  assertEquals(sink.text.endsWith("data: farewell\n\n"), true);
});

Deno.test("the end of a stream comes after what was sent before", () => {
  const { sink, subscriber } = subscribe();
  subscriber.send(event("last"));
  subscriber.end(event("farewell"));
  assertEquals(sink.takeEvents(), ["data: last", "data: farewell"]);
  assertEquals(sink.state, "ended");
});
