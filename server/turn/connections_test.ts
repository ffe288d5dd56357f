import { assertEquals } from "@std/assert";
import { SERVER_LIMITS } from "../limits.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { Connections } from "./connections.ts";

function start(
  limits: { turnConnections?: number; turnConnectionsPerAddress?: number } = {},
) {
  const clock = new FakeClock();
  const connections = new Connections({
    clock,
    limits: { ...SERVER_LIMITS, ...limits },
  });
  connections.start();
  const ended: string[] = [];
  const add = (name: string, address = "192.0.2.1") =>
    connections.add(address, () => ended.push(name));
  return { clock, connections, ended, add };
}

Deno.test("at a bound the oldest without an allocation gives way, else the newcomer", () => {
  const { connections, ended, add } = start({ turnConnectionsPerAddress: 2 });
  const holder = add("holder")!;
  connections.note(holder, { isIdle: false });
  add("idle");
  const newcomer = add("newcomer")!;
  assertEquals(ended, ["idle"]);
  connections.note(newcomer, { isIdle: false });
  assertEquals(add("another"), undefined);
  add("elsewhere", "192.0.2.2");
  assertEquals([ended.length, connections.size], [1, 3]);
  assertEquals(connections.displaced, 1);
  connections.close();
  assertEquals(connections.size, 0);
});

Deno.test("addresses of one IPv6 /64 are one, and all together are bounded", () => {
  const { connections, ended, add } = start({
    ...{ turnConnections: 3, turnConnectionsPerAddress: 2 },
  });
  add("a", "2001:db8::1");
  add("b", "2001:db8::2");
  add("c", "2001:db8::3");
  assertEquals(ended, ["a"]);
  add("d", "192.0.2.1");
  add("e", "192.0.2.2");
  assertEquals(ended, ["a", "b"]);
  connections.close();
});

Deno.test("a connection without an allocation has ten seconds, from the last it had", () => {
  const { clock, connections, ended, add } = start();
  const kept = add("kept")!;
  connections.note(kept, { isIdle: false });
  add("idle");
  clock.advance(9_999);
  assertEquals(ended, []);
  clock.advance(1);
  assertEquals(ended, ["idle"]);
  connections.note(kept, { isIdle: true });
  clock.advance(9_000);
  assertEquals(ended, ["idle"]);
  clock.advance(1_000);
  assertEquals(ended, ["idle", "kept"]);
  connections.close();
});
