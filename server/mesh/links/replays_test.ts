import { assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { FakeClock } from "../../testing/fake_clock.ts";
import { FakeLinkSocket } from "../../testing/fake_link_socket.ts";
import { Link } from "./link.ts";
import { Replays } from "./replays.ts";

const roomOf = (n: number) => n.toString(16).padStart(40, "0") as RoomHash;

/** Each room was told so many messages. */
function createReplays(messages: number) {
  const clock = new FakeClock();
  const replays = new Replays({
    clock,
    framesOf: (room) =>
      Promise.resolve(Array(messages).fill(`{"type":"told","room":"${room}"}`)),
  });
  const socket = new FakeLinkSocket();
  const link = new Link(socket, {
    clock,
    peer: { origin: undefined, source: "" },
    owner: {
      ...{ ready: () => {}, receive: () => {} },
      ...{ drained: () => {}, closed: () => {} },
    },
  });
  socket.greet();
  const ask = (n: number) => {
    const room = roomOf(n);
    link.rooms.add(room);
    return replays.ask(link, { room, isOwnOnly: false });
  };
  return { clock, replays, socket, link, ask };
}

Deno.test("while a link's reader is behind, rooms wait, and are told when it has read", async () => {
  const { replays, socket, link, ask } = createReplays(10);
  socket.unsentBytes = 256 * 1024;
  await ask(1);
  await ask(2);
  assertEquals(socket.take().length, 0);
  assertEquals([...replays.waiting()], [link]);
  socket.unsentBytes = 0;
  await replays.run(link);
  assertEquals(socket.take().length, 20);
  assertEquals([...replays.waiting()], []);
});

Deno.test("asking again and again is answered at a pace", async () => {
  const { clock, replays, socket, link, ask } = createReplays(256);
  for (let n = 0; n < 100; n++) await ask(1);
  assertEquals(socket.take().length, 40 * 256); // 10,000, and the room that was begun
  clock.sleep(1500);
  await replays.run(link);
  assertEquals(socket.take().length, 256);
});

Deno.test("a room that was left meanwhile is not told", async () => {
  const { socket, link, ask } = createReplays(10);
  const asked = ask(1);
  link.rooms.delete(roomOf(1));
  await asked;
  assertEquals(socket.take(), []);
});
