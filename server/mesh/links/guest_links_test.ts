import { assert, assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../../limits.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { FakeLinkSocket } from "../../testing/fake_link_socket.ts";
import { GuestLinks } from "./guest_links.ts";
import type { LinkOwner } from "./link.ts";

const room = "ab".repeat(20) as RoomHash;

function createGuests() {
  const ended: string[] = [];
  const owner: LinkOwner = {
    ready: () => {},
    receive: (link, frame) => {
      if (frame.type === "subscribe") link.rooms.add(room);
    },
    drained: () => {},
    closed: (_link, end) => ended.push(end),
  };
  const guests = new GuestLinks({ clock: new FakeClock(), owner });
  const accept = (block: string, subscribes = true) => {
    const socket = new FakeLinkSocket();
    guests.accept(socket, block);
    socket.greet();
    if (subscribes) socket.say({ type: "subscribe", room });
    return socket;
  };
  return { guests, accept, ended };
}

Deno.test("an address has a place again when one of its links ends", async () => {
  const { guests, accept } = createGuests();
  const sockets = Array.from(
    { length: SERVER_LIMITS.linksAcceptedPerAddress },
    () => accept("192.0.2.1"),
  );
  assert(!guests.hasPlaceFor("192.0.2.1"));
  assert(guests.hasPlaceFor("192.0.2.2"));
  sockets[0]!.close();
  await Promise.resolve();
  assert(guests.hasPlaceFor("192.0.2.1"));
});

Deno.test("at the bound the link with the fewest rooms gives way, of those the oldest", async () => {
  const { guests, accept, ended } = createGuests();
  const { linksAccepted } = SERVER_LIMITS;
  const sockets = Array.from(
    { length: linksAccepted },
    (_, i) => accept(`${i}`, i !== 7),
  );
  accept("new");
  assert(sockets[7]!.isBusyEnd, "the one without rooms");
  accept("newer");
  assert(sockets[0]!.isBusyEnd, "the oldest");
  await Promise.resolve();
  assertEquals(ended, ["displaced", "displaced"]);
  assertEquals(guests.size, linksAccepted);
});
