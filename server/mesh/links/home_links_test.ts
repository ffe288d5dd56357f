import { assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../../limits.ts";
import { FakeClock } from "../../testing/fake_clock.ts";
import { FakeLinkSocket } from "../../testing/fake_link_socket.ts";
import { HomeLinks } from "./home_links.ts";

const HOME = "https://home.example";
const [AB, CD] = ["ab", "cd"].map((hex) => hex.repeat(20) as RoomHash);
const need = { isRelay: false, rank: 0 };

function createLinks() {
  const clock = new FakeClock();
  const dialled: { origin: string; socket: FakeLinkSocket }[] = [];
  const told: string[] = [];
  const links = new HomeLinks({
    clock,
    random: () => 0.5,
    dial(origin) {
      const socket = new FakeLinkSocket({ isOpen: false });
      dialled.push({ origin, socket });
      return socket;
    },
    owner: {
      ready: () => {},
      receive: () => {},
      drained: () => {},
      closed: (_link, end) => told.push(`closed ${end}`),
      joined: (_link, room) => told.push(`joined ${room.slice(0, 2)}`),
      parted: (_link, room) => told.push(`parted ${room.slice(0, 2)}`),
      unavailable: () => told.push("unavailable"),
      available: () => told.push("available"),
    },
  });
  const pass = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      clock.sleep(1000);
      links.tick(clock.now());
      await Promise.resolve();
    }
  };
  const last = () => dialled.at(-1)!.socket;
  return { links, clock, dialled, told, pass, last };
}

Deno.test("one link serves all rooms of a home, and each is subscribed once it is open", () => {
  const { links, dialled, told, last } = createLinks();
  links.join(HOME, AB!, need);
  links.join(HOME, CD!, { isRelay: true, rank: 2 });
  assertEquals(dialled.length, 1);
  last().greet();
  assertEquals(last().take(), ["subscribe ab", "subscribe cd for others"]);
  assertEquals(told, ["joined ab", "joined cd"]);
});

Deno.test("a need that changes is told, one that does not is not", () => {
  const { links, told, last } = createLinks();
  links.join(HOME, AB!, { isRelay: true, rank: 0 });
  last().greet();
  last().take();
  links.join(HOME, AB!, { isRelay: true, rank: 1 });
  links.join(HOME, AB!, need);
  assertEquals(last().take(), ["subscribe ab"]);
  assertEquals(told, ["joined ab"]);
  links.part(HOME, AB!);
  assertEquals(last().take(), ["unsubscribe ab"]);
  assertEquals(told, ["joined ab", "parted ab"]);
});

Deno.test("a lost link is dialled again, later each time, and then subscribes again", async () => {
  const { links, dialled, pass, last } = createLinks();
  links.join(HOME, AB!, need);
  const counts = [];
  for (let i = 0; i < 3; i++) {
    last().close();
    await Promise.resolve();
    const { length } = dialled;
    let seconds = 0;
    for (; dialled.length === length; seconds++) await pass(1);
    counts.push(seconds);
  }
  assertEquals(counts, [1, 2, 4]);
  last().greet();
  assertEquals(last().take(), ["subscribe ab"]);
  last().close();
  await Promise.resolve();
  await pass(1);
  assertEquals(dialled.length, 5, "what worked is dialled soon");
});

Deno.test("a home that has not answered for two seconds is unavailable, once, while the dial goes on", async () => {
  const { links, dialled, told, pass, last } = createLinks();
  links.join(HOME, AB!, need);
  await pass(1);
  assertEquals(told, []);
  await pass(1);
  assertEquals([told, dialled.length], [["unavailable"], 1]);
  last().greet();
  assertEquals(told, ["unavailable", "joined ab", "available"]);
  last().close(); // from now on two seconds again
  await Promise.resolve();
  await pass(2); // one until it is dialled
  assertEquals(told.splice(3), ["closed lost"]);
  await pass(1);
  assertEquals(told.splice(3), ["unavailable"]);
});

Deno.test("a home that swallows what is sent to it is dialled again as soon as a try has ended", async () => {
  const { links, dialled, pass } = createLinks();
  links.join(HOME, AB!, need);
  const { linkHelloSeconds } = SERVER_LIMITS;
  await pass(6 * (linkHelloSeconds + 2));
  assertEquals(dialled.length, 7);
});

Deno.test("a home that rooms have given up is tried for a minute more, and told of when it answers", async () => {
  const { links, dialled, pass, told, last } = createLinks();
  links.join(HOME, AB!, need);
  const fail = async () => {
    last().close();
    await Promise.resolve();
  };
  const failFor = async (seconds: number) => {
    for (let i = 0; i < seconds; i++) {
      await fail();
      await pass(1);
    }
  };
  await failFor(7);
  assertEquals(told.filter((what) => what !== "closed lost"), ["unavailable"]);
  links.part(HOME, AB!);
  await pass(4);
  told.splice(0);
  last().greet();
  assertEquals(told, ["available"]);
  assertEquals(last().take(), [], "it carries nothing yet");
  links.join(HOME, AB!, need);
  await failFor(8);
  links.part(HOME, AB!);
  await failFor(60);
  const { length } = dialled;
  await failFor(10);
  assertEquals(dialled.length, length);
});

Deno.test("a home without a place for this node is unavailable at once", async () => {
  const { links, told, last } = createLinks();
  links.join(HOME, AB!, need);
  last().close(true);
  await Promise.resolve();
  assertEquals(told, ["closed busy", "unavailable"]);
});

Deno.test("a link that no room needs is kept for a minute", async () => {
  const { links, pass, told, last } = createLinks();
  links.join(HOME, AB!, need);
  last().greet();
  links.part(HOME, AB!);
  told.splice(0);
  await pass(60);
  assertEquals(told, []);
  await pass(1);
  assertEquals(told, ["closed idle"]);
});

Deno.test("at the bound a room's best home displaces a link that is nobody's best, and others wait", async () => {
  const { links, dialled, pass, told } = createLinks();
  const { linksDialled } = SERVER_LIMITS;
  for (let i = 0; i < linksDialled; i++) {
    links.join(`https://second${i}.example`, AB!, { isRelay: false, rank: 1 });
  }
  for (const { socket } of dialled) socket.greet();
  told.splice(0);
  links.join("https://third.example", CD!, { isRelay: false, rank: 2 });
  await pass(2);
  assertEquals([dialled.length, told], [linksDialled, []]);
  links.join(HOME, CD!, need);
  await pass(2);
  assertEquals(told[0], "closed displaced");
  assertEquals(dialled.at(-1)!.origin, HOME);
  assertEquals(links.size, linksDialled);
});
