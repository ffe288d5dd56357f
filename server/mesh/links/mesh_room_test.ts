import { assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { FakeClock } from "../../testing/fake_clock.ts";
import { FakeLinkSocket } from "../../testing/fake_link_socket.ts";
import { Link } from "./link.ts";
import { MeshRoom } from "./mesh_room.ts";

Deno.test("a room joins its homes for its own users and for nodes that use it, not for other homes", () => {
  const room = new MeshRoom("ab".repeat(20) as RoomHash);
  const state = () => ({ isRooted: room.isRooted, isWanted: room.isWanted });
  const guest = () =>
    new Link(new FakeLinkSocket(), {
      clock: new FakeClock(),
      owner: { ready() {}, receive() {}, drained() {}, closed() {} },
      peer: { origin: undefined, source: "" },
    });
  assertEquals(state(), { isRooted: false, isWanted: false });
  room.guests.set(guest(), true); // another home, for others' sake
  assertEquals(state(), { isRooted: false, isWanted: true });
  room.guests.set(guest(), false);
  assertEquals(state(), { isRooted: true, isWanted: true });
  room.guests.clear();
  room.isLocal = true;
  assertEquals(state(), { isRooted: true, isWanted: true });
});
