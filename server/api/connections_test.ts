import { assertEquals } from "@std/assert";
import { SERVER_LIMITS } from "../limits.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { Connections } from "./connections.ts";

const { connections: MOST, connectionsPerAddress: MOST_OF_ONE, idleSeconds } =
  SERVER_LIMITS;

function createConnections() {
  const clock = new FakeClock();
  const totals = { displaced: 0, idle: 0 };
  const connections = new Connections(clock, totals);
  connections.start();
  const ended: string[] = [];
  const add = (key: string, block: string | undefined = key) =>
    connections.add(key, { block, socket: { destroy: () => ended.push(key) } });
  return { clock, connections, ended, add, totals };
}

Deno.test("over an address's bound its connection silent longest makes place", () => {
  const { clock, connections, ended, add } = createConnections();
  for (let i = 0; i < MOST_OF_ONE; i++) add(`${i}`, "a");
  add("other", "b");
  clock.advance(1000);
  connections.heard("0");
  assertEquals(ended, []);
  add("new", "a");
  assertEquals(ended, ["1"]);
  assertEquals(connections.size, MOST_OF_ONE + 1);
});

Deno.test("over the bound of all, whoever is silent longest makes place", () => {
  const { ended, add, totals } = createConnections();
  for (let i = 0; i < MOST; i++) add(`${i}`);
  assertEquals(ended, []);
  add("new");
  assertEquals(ended, ["0"]);
  assertEquals(totals, { displaced: 1, idle: 0 });
});

Deno.test("a proxy's connections are bounded only with all", () => {
  const { connections, ended } = createConnections();
  for (let i = 0; i <= MOST_OF_ONE; i++) {
    connections.add(`${i}`, {
      block: undefined,
      socket: { destroy: () => ended.push(`${i}`) },
    });
  }
  assertEquals(ended, []);
});

Deno.test("a connection makes no place while it carries streams", () => {
  const { clock, connections, ended, add } = createConnections();
  add("stream", "a");
  const releases = [
    connections.carryStream("stream"),
    connections.carryStream("stream"),
  ];
  for (let i = 0; i <= MOST_OF_ONE; i++) add(`${i}`, "a");
  assertEquals(ended, ["0"]);
  releases[0]!();
  add("more", "a");
  assertEquals(ended, ["0", "1"]);
  clock.advance(1000);
  releases[1]!();
  add("still more", "a");
  assertEquals(ended, ["0", "1", "2", "3"]); // the stream's own counts again
});

Deno.test("a connection that is silent for a minute is ended, one that asks is not", () => {
  const { clock, connections, ended, add, totals } = createConnections();
  add("silent");
  add("asking");
  connections.carryStream("streaming");
  clock.advance(idleSeconds * 500);
  connections.heard("asking");
  clock.advance(idleSeconds * 500);
  assertEquals(ended, ["silent"]);
  connections.close();
  clock.advance(idleSeconds * 10_000);
  assertEquals(ended, ["silent"]);
  assertEquals(totals, { displaced: 0, idle: 1 });
});

Deno.test("a connection whose key was taken over is counted and ended all the same", () => {
  const { clock, connections, ended, add } = createConnections();
  const older = add("same", "a");
  add("same", "a");
  assertEquals(connections.size, 2);
  connections.delete(older);
  assertEquals(connections.size, 1);
  connections.carryStream("same"); // of the newer one
  clock.advance(idleSeconds * 1000);
  assertEquals(ended, []);
  connections.endAll();
  assertEquals([connections.size, ended], [0, ["same"]]);
});

Deno.test("an ended connection is forgotten", () => {
  const { connections, ended, add } = createConnections();
  const socket = add("a");
  const release = connections.carryStream("a");
  connections.delete(socket);
  release();
  connections.delete(socket);
  connections.heard("a");
  connections.endAll();
  assertEquals([connections.size, ended], [0, []]);
});
