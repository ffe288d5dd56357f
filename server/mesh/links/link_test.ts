import { assert, assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../../limits.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { FakeLinkSocket } from "../../testing/fake_link_socket.ts";
import { Link } from "./link.ts";

const room = "ab".repeat(20) as RoomHash;

function openLink({ isOpen = true } = {}) {
  const clock = new FakeClock();
  const socket = new FakeLinkSocket({ isOpen });
  const told: string[] = [];
  const link = new Link(socket, {
    clock,
    peer: { origin: undefined, source: "192.0.2.1" },
    owner: {
      ready: () => told.push("ready"),
      receive: (_link, { type }) => told.push(type),
      drained: () => told.push("drained"),
      closed: (_link, end) => told.push(`closed ${end}`),
    },
  });
  const take = async () => {
    await Promise.resolve();
    return told.splice(0);
  };
  return { clock, socket, link, take };
}

Deno.test("a link is ready when the other side has said hello, and takes frames from then on", async () => {
  const { socket, link, take } = openLink({ isOpen: false });
  assert(!link.isReady);
  socket.greet();
  assert(link.isReady);
  socket.say({ type: "leave", room });
  socket.greet();
  assertEquals(await take(), ["ready", "leave"]);
});

Deno.test("nothing is sent before the other side's hello", () => {
  const { socket, link } = openLink();
  const frame = JSON.stringify({ type: "leave", room });
  link.send(frame);
  assertEquals(socket.take(), []);
  socket.greet();
  link.send(frame);
  assertEquals(socket.take(), ["leave ab"]);
});

Deno.test("who says no hello is let go after 5 s", async () => {
  const { clock, link, take } = openLink();
  const tick = async (ms: number) => {
    clock.sleep(ms);
    link.tick(clock.now());
    return await take();
  };
  assertEquals(await tick(SERVER_LIMITS.linkHelloSeconds * 1000), []);
  assertEquals(await tick(1), ["closed silent"]);
});

Deno.test("a link says why it ended: this side's reason before the connection's", async () => {
  const lost = openLink();
  lost.socket.close();
  assertEquals(await lost.take(), ["closed lost"]);
  const busy = openLink();
  busy.socket.close(true);
  assertEquals(await busy.take(), ["closed busy"]);
  const displaced = openLink();
  displaced.link.close("displaced");
  assert(displaced.socket.isBusyEnd);
  assertEquals(await displaced.take(), ["closed displaced"]);
});

Deno.test("beyond a burst of frames a link is not read until time has passed", () => {
  const { clock, socket, link } = openLink();
  socket.greet();
  const burst = 8 * SERVER_LIMITS.linkFramesPerSecond;
  for (let i = 1; i < burst; i++) socket.say({ type: "leave", room });
  assert(!socket.isPaused);
  socket.say({ type: "leave", room });
  assert(socket.isPaused);
  link.tick(clock.now());
  assert(socket.isPaused);
  clock.sleep(1000);
  link.tick(clock.now());
  assert(!socket.isPaused);
});

Deno.test("a side that leaves 4 MiB unread loses the link", async () => {
  const { socket, link, take } = openLink();
  socket.greet();
  await take();
  socket.unsentBytes = SERVER_LIMITS.linkSendBufferBytes;
  link.send("{}");
  assertEquals(await take(), []);
  socket.unsentBytes++;
  link.send("{}");
  assertEquals(await take(), ["closed unread"]);
  assert(!link.isReady);
});
