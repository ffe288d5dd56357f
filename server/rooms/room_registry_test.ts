import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { owedHeight } from "@sigmesh/core";
import type { RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../limits.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { FakeSink, turn } from "../testing/fake_sink.ts";
import { NO_PROOF } from "../testing/proofs.ts";
import type { ReplayRequest } from "./history.ts";
import { Effort, EFFORT_US } from "../load/effort.ts";
import { RoomRegistry } from "./room_registry.ts";

const ROOM = "ab".repeat(20) as RoomHash;
const OTHER = "cd".repeat(20) as RoomHash;

const postOf = (id: string, text = id) => ({
  ...{ id, body: new TextEncoder().encode(text) },
  ...{ stamp: "S", origin: "https://node.example" },
});

function createRegistry(limits = {}) {
  const clock = new FakeClock();
  const price = {
    work: 2 ** 16,
    height: 16,
    pressure: 1,
    load: { cpu: 0, memory: 0 },
  };
  const effort = new Effort();
  const registry = new RoomRegistry({
    effort,
    clock,
    price,
    quote: (request) => ({
      token: "AW",
      height: owedHeight({ ...request, height: price.height }),
    }),
    limits: { maxSubscribers: 100, maxSubscribersPerAddress: 64, ...limits },
    random: () => 0,
  });
  registry.start();
  function subscribe(
    room = ROOM,
    { address = "192.0.2.1", replay }: {
      address?: string;
      replay?: ReplayRequest;
    } = {},
  ): FakeSink {
    const sink = new FakeSink();
    registry.subscribe(room, { sink, addressBlock: address, replay });
    return sink;
  }
  const post = (id: string, room = ROOM, text = id) =>
    registry.post(room, postOf(id, text));
  return { clock, price, effort, registry, subscribe, post };
}

async function events(sink: FakeSink): Promise<string[]> {
  await turn();
  return sink.takeEvents();
}

Deno.test("a stream opens with retry and a quote", async () => {
  const { subscribe } = createRegistry();
  assertEquals(await events(subscribe()), [
    'retry: 2000\nevent: quote\ndata: {"token":"AW","height":16.00781250}'
      .replace("00781250", "0078125"),
  ]);
});

Deno.test("a post reaches the subscribers of its room, the sender included, and no others", async () => {
  const { subscribe, post } = createRegistry();
  const [a, b, other] = [subscribe(), subscribe(), subscribe(OTHER)];
  for (const sink of [a, b, other]) await events(sink);
  assertEquals(post("x", ROOM, "hello"), 2);
  assertEquals(await events(a), ["id: x\ndata: hello"]);
  assertEquals(await events(b), ["id: x\ndata: hello"]);
  assertEquals(await events(other), []);
});

Deno.test("at an address's bound its oldest stream gives way once it is a minute old", async () => {
  const { clock, registry, subscribe } = createRegistry({
    maxSubscribersPerAddress: 2,
  });
  const [oldest, younger] = [subscribe(), subscribe()];
  await events(oldest);
  clock.advance(59_999);
  const refusal = () => registry.refusalOfStream(ROOM, "192.0.2.1");
  assertEquals(refusal(), "too-many-subscribers-per-address");
  clock.advance(1);
  assertEquals(refusal(), undefined);
  oldest.takeEvents();
  subscribe();
  assertEquals([oldest.state, younger.state], ["ended", "open"]);
  assertEquals(oldest.takeEvents().at(-1), "retry: 2000");
  assertEquals(registry.subscribers, 2);
});

Deno.test("streams are free below 80 % of the slots, then double with each 5 %", () => {
  const { registry, subscribe } = createRegistry({ maxSubscribers: 20 });
  const weights = Array.from({ length: 20 }, (_, i) => {
    subscribe(ROOM, { address: `${i}` });
    return Math.round(registry.streamWeight);
  });
  assertEquals(weights.slice(0, 15), Array(15).fill(0));
  assertEquals(weights.slice(15), [1, 2, 4, 8, 16]);
});

Deno.test("what a turn sends counts as paid work, a part for each subscriber", async () => {
  const { effort, subscribe, post } = createRegistry();
  for (let i = 0; i < 10; i++) subscribe();
  await turn();
  effort.takeUnpaidShare(0);
  post("x");
  post("y");
  await turn();
  effort.addUnpaid(10 * EFFORT_US.event);
  assertEquals(effort.takeUnpaidShare(0), 0.5);
});

Deno.test("a late subscriber is told what it asks for, then what is new, in order", async () => {
  const { clock, subscribe, post } = createRegistry();
  post("a");
  clock.advance(20_000);
  post("b");
  clock.advance(1000);
  const data = async (replay?: ReplayRequest) => {
    const sink = subscribe(ROOM, replay === undefined ? {} : { replay });
    return (await events(sink)).slice(1);
  };
  assertEquals(await data(), []);
  assertEquals(await data({ sinceSeconds: 5 }), ["id: b\ndata: b"]);
  assertEquals(await data({ afterId: "a" }), ["id: b\ndata: b"]);
  assertEquals(await data({ afterId: "gone" }), [
    "id: a\ndata: a",
    "id: b\ndata: b",
    "event: resync\ndata: {}",
  ]);
  const sink = subscribe(ROOM, { replay: { sinceSeconds: 60 } });
  post("c");
  assertEquals((await events(sink)).slice(1), [
    "id: a\ndata: a",
    "id: b\ndata: b",
    "id: c\ndata: c",
  ]);
});

Deno.test("a room exists while it is active, and is forgotten after", async () => {
  const { clock, registry, subscribe, post } = createRegistry();
  assertEquals(registry.size, 0);
  const sink = subscribe();
  assertEquals([registry.size, registry.subscribers], [1, 1]);
  sink.onClose?.();
  sink.onClose?.();
  assertEquals([registry.size, registry.subscribers], [0, 0]);
  post("a");
  clock.advance(69_000);
  assertEquals(registry.size, 1);
  clock.advance(2000);
  assertEquals(registry.size, 0);
  await turn();
});

Deno.test("what is known of a room follows its posts and streams", () => {
  const { clock, registry, subscribe, post } = createRegistry();
  const nothing = { subscribers: 0, messages: 0 };
  assertEquals(registry.factsOf(ROOM), nothing);
  subscribe();
  post("a");
  post("b");
  assertEquals(registry.factsOf(ROOM), { subscribers: 1, messages: 2 });
  assertEquals(registry.pricedPost(ROOM), {
    weight: 1,
    messages: 0,
    subscribers: 1,
  });
  clock.advance(10_000);
  assertEquals(registry.pricedPost(ROOM).messages, 2);
  assertEquals(registry.factsOf(OTHER), nothing);
});

Deno.test("streams are bounded in all and by address", () => {
  const limits = { maxSubscribers: 3, maxSubscribersPerAddress: 2 };
  const { registry, subscribe } = createRegistry(limits);
  const first = subscribe();
  subscribe(OTHER);
  assertEquals(
    registry.refusalOfStream(ROOM, "192.0.2.1"),
    "too-many-subscribers-per-address",
  );
  assertEquals(registry.refusalOfStream(ROOM, "192.0.2.2"), undefined);
  subscribe(ROOM, { address: "192.0.2.2" });
  assertEquals(
    registry.refusalOfStream(ROOM, "192.0.2.3"),
    "too-many-subscribers",
  );
  first.onClose?.();
  assertEquals(registry.refusalOfStream(ROOM, "192.0.2.1"), undefined);
});

Deno.test("rooms are bounded; active ones go on", () => {
  const { registry, post } = createRegistry();
  for (let i = 0; i < SERVER_LIMITS.rooms; i++) {
    const hash = i.toString(16).padStart(40, "0") as RoomHash;
    registry.post(hash, postOf("x"));
  }
  assertEquals(registry.refusalOfPost(ROOM), "too-many-rooms");
  assertEquals(registry.refusalOfStream(ROOM, ""), "too-many-rooms");
  const known = "0".repeat(40) as RoomHash;
  assertEquals(registry.refusalOfPost(known), undefined);
  post("y", known);
});

Deno.test("over 64 MiB of history the room posted to longest ago loses its own", async () => {
  const { registry, subscribe, post, clock } = createRegistry();
  post("first");
  clock.advance(1000);
  post("second", OTHER);
  const big = new Uint8Array(1024).fill(0x61);
  const perRoom = SERVER_LIMITS.historyMessages;
  const rooms = Math.floor(SERVER_LIMITS.historyBytes / 1024 / perRoom);
  for (let i = 0; i < rooms; i++) {
    const hash = i.toString(16).padStart(40, "0") as RoomHash;
    for (let k = 0; k < perRoom; k++) {
      registry.post(hash, { ...postOf(`${i} ${k}`), body: big });
    }
  }
  const replay = { sinceSeconds: 60 };
  const replayed = async (room: RoomHash) =>
    (await events(subscribe(room, { replay }))).slice(1);
  assertEquals(await replayed(ROOM), ["event: resync\ndata: {}"]);
  const last = (rooms - 1).toString(16).padStart(40, "0") as RoomHash;
  const sink = subscribe(last, { replay });
  await turn();
  assertEquals(sink.takeEvents().length, perRoom + 1);
});

Deno.test("a dropped reader does not disturb the others", async () => {
  const { registry, subscribe, post } = createRegistry();
  const [stopped, reader] = [subscribe(), subscribe()];
  await turn();
  stopped.isReading = false;
  reader.takeEvents();
  for (let i = 0; i < 200; i++) {
    post(`${i}`, ROOM, "x".repeat(1000));
    await turn();
  }
  assertEquals(stopped.state, "destroyed");
  assertEquals(reader.takeEvents().length, 200);
  assertEquals(registry.subscribers, 1);
  const { opened, ended } = registry.traffic;
  assertEquals([opened, ended["queue-full"], ended.left], [2, 1, 0]);
});

Deno.test("heartbeats come by themselves, and stop with the registry", async () => {
  const { clock, registry, subscribe } = createRegistry();
  const sink = subscribe();
  await events(sink);
  clock.advance(13_000);
  assertEquals(await events(sink), []);
  clock.advance(1000);
  assertEquals((await events(sink)).length, 1);
  await registry.close();
  assertEquals(await events(sink), [
    "retry: 1000\nevent: closing\ndata: {}",
  ]);
  assertEquals(sink.state, "ended");
  assertEquals(registry.subscribers, 0);
  clock.advance(60_000);
  assertEquals(registry.refusalOfStream(ROOM, ""), "shutting-down");
  assertEquals(registry.refusalOfPost(ROOM), "shutting-down");
});

Deno.test("many streams end a few at a time, in any case within 2 s", async () => {
  for (const [streams, seconds] of [[200, 0], [1000, 0.2], [20_000, 2]]) {
    const { clock, registry, subscribe } = createRegistry({
      maxSubscribers: 20_000,
    });
    for (let i = 0; i < streams!; i++) subscribe(ROOM, { address: `${i}` });
    const since = clock.now();
    let closedAt = Infinity;
    const closed = registry.close().then(() => closedAt = clock.now());
    assert(registry.subscribers <= streams! - 200);
    for (let i = 0; i < 60; i++) {
      clock.advance(50);
      await turn();
    }
    await closed;
    assertAlmostEquals((closedAt - since) / 1000, seconds!, 0.06);
    assertEquals(registry.subscribers, 0);
    assertEquals(registry.traffic.ended.closing, streams);
  }
});

Deno.test("a price that moved is told before its time, unless the node is at its limit", async () => {
  const { clock, price, subscribe } = createRegistry();
  const sink = subscribe();
  await events(sink);
  price.height = 18;
  price.load = { cpu: 0.95, memory: 0 };
  clock.advance(10_000);
  assertEquals(await events(sink), []);
  price.load = { cpu: 0.5, memory: 0 };
  clock.advance(1000);
  assertEquals((await events(sink)).length, 1);
});

Deno.test("a reader that stalls is dropped by the clock alone", async () => {
  const { clock, subscribe, post } = createRegistry();
  const sink = subscribe();
  await turn();
  sink.isReading = false;
  post("a");
  await turn();
  clock.advance(7000);
  assert(sink.state === "destroyed");
});

Deno.test("the mesh is told of a room while somebody listens or its last post here is a minute old", () => {
  const { clock, registry, subscribe, post } = createRegistry();
  const told: string[] = [];
  registry.observe({
    activated: () => told.push("activated"),
    deactivated: () => told.push("deactivated"),
    posted: (_room, { id }) => told.push(`posted ${id}`),
  });
  const take = () => told.splice(0);
  const sink = subscribe();
  assertEquals(take(), ["activated"]);
  sink.end();
  assertEquals(take(), ["deactivated"]);
  post("a");
  assertEquals(take(), ["activated", "posted a"]);
  clock.advance(60_000);
  assertEquals(take(), []);
  clock.advance(1000);
  assertEquals(take(), ["deactivated"]);
});

Deno.test("a relayed message reaches readers, raises the surcharge and is held, but makes no room active", async () => {
  const { clock, registry, subscribe } = createRegistry();
  const told: string[] = [];
  const sink = subscribe();
  await events(sink);
  registry.observe({
    activated: () => told.push("activated"),
    deactivated: () => told.push("deactivated"),
    posted: () => told.push("posted"),
  });
  const proof = { ...NO_PROOF, isLocal: false };
  const incoming = { id: "x", body: new TextEncoder().encode("hello"), proof };
  for (const room of [ROOM, OTHER]) registry.deliver(room, incoming);
  assertEquals(await events(sink), ["id: x\ndata: hello"]);
  assertEquals(registry.recent(OTHER).map(({ id }) => id), ["x"]);
  clock.advance(10_000);
  assertEquals(registry.pricedPost(ROOM).messages, 1);
  assertEquals(told, []);
  clock.advance(60_001);
  assertEquals(registry.recent(OTHER), []);
});

Deno.test("what proves messages counts into the bytes that are held", () => {
  const { registry } = createRegistry();
  registry.post(ROOM, { ...postOf("x"), stamp: "", origin: "" });
  const { bytes } = registry.held;
  registry.post(OTHER, postOf("x"));
  assertEquals(registry.held.bytes, 2 * bytes + "Shttps://node.example".length);
});
