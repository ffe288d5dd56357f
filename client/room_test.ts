/** Rooms under Deno, where werift connects: the same code as in browsers. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { RTCPeerConnection } from "werift";
import { startTestNode, type TestNode } from "../server/testing/test_node.ts";
import { NodesUnreachableError, PriceTooHighError } from "./errors.ts";
import { joinRoom } from "./join_room.ts";
import type { Room } from "./room.ts";
import type { RoomEvents } from "./room_events.ts";
import type { RoomOptions } from "./room_options.ts";
import { weriftTest } from "./testing/werift.ts";

interface Scene {
  readonly node: TestNode;
  join(options?: RoomOptions): Promise<Room>;
}

function roomTest(name: string, run: (scene: Scene) => Promise<void>): void {
  weriftTest(name, async () => {
    const node = await startTestNode();
    const rooms: Room[] = [];
    try {
      await run({
        node,
        async join(options = {}) {
          const room = await joinRoom({ app: "tests" }, "a room", {
            nodes: node.origin,
            RTCPeerConnection,
            ...options,
          });
          rooms.push(room);
          return room;
        },
      });
      assertEquals(node.faults, []);
    } finally {
      await Promise.all(rooms.map((room) => room.leave()));
      await node.close();
    }
  });
}

function next<K extends keyof RoomEvents & string>(
  room: Room,
  type: K,
): Promise<RoomEvents[K]> {
  return new Promise((resolve) =>
    room.addEventListener(type, resolve, { once: true })
  );
}

/** Two that are connected. */
async function joinTwo({ join }: Scene): Promise<[Room, Room]> {
  const first = await join();
  const met = next(first, "peerjoin");
  const second = await join();
  const both = next(second, "peerjoin");
  assertEquals((await met).peer.id, second.selfId);
  assertEquals((await both).peer.id, first.selfId);
  return [first, second];
}

roomTest("two bots meet, talk, ask and part", async (scene) => {
  const [first, second] = await joinTwo(scene);
  assertEquals([...first.peers.keys()], [second.selfId]);
  assertEquals(first.node, scene.node.origin);

  const heard = next(second, "message");
  await first.send({ words: ["hello"] });
  const { peer, data } = await heard;
  assertEquals([peer.id, data], [first.selfId, { words: ["hello"] }]);

  second.addEventListener(
    "request",
    ({ data, respondWith }) => respondWith(Promise.resolve(`${data}, indeed`)),
  );
  const to = second.selfId;
  assertEquals(await first.request("fine", { to }), "fine, indeed");

  const gone = next(first, "peerleave");
  await second.leave();
  const { reason } = await gone;
  assertEquals([reason, first.peers.size], ["left", 0]);
  assertEquals(second.state, "left");
});

roomTest("a stream goes to all, at the pace of the slowest", async (scene) => {
  const [first, second] = await joinTwo(scene);
  const third = await scene.join();
  while (first.peers.size < 2) await next(first, "peerjoin");
  const texts = Promise.all([second, third].map(async (room) => {
    const { data } = await next(room, "message");
    return await new Response(data as ReadableStream<Uint8Array>).text();
  }));
  const bytes = new TextEncoder().encode("x".repeat(200_000));
  await first.send(ReadableStream.from([bytes, bytes]));
  assertEquals((await texts).map(({ length }) => length), [400_000, 400_000]);
});

roomTest(
  "what is sent to somebody who is not here is refused",
  async ({ join }) => {
    const room = await join();
    await room.send("nobody hears this");
    await assertRejects(
      () => room.send("x", { to: "AAAAAAAAAAA" }),
      RangeError,
      "AAAAAAAAAAA",
    );
  },
);

roomTest("more peers than wanted are not connected", async ({ join }) => {
  const first = await join({ maxPeers: 1 });
  const met = next(first, "peerjoin");
  const second = await join();
  await met;
  const third = await join();
  if (!second.peers.has(third.selfId)) await next(second, "peerjoin");
  assert(second.peers.has(third.selfId));
  assertEquals(first.peers.size, 1);
});

roomTest(
  "joining fails with what to do: no node named, none reached, too dear, given up",
  async ({ node, join }) => {
    await assertRejects(
      () => joinRoom({ app: "tests" }, "x", { RTCPeerConnection }),
      TypeError,
      "nodes:",
    );
    const listener = Deno.listen({ port: 0 });
    const dead = `http://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
    listener.close();
    await assertRejects(
      () => join({ nodes: [dead], timeoutMs: 1000 }),
      NodesUnreachableError,
      dead,
    );
    await assertRejects(
      () => join({ maxHeight: 1 }),
      PriceTooHighError,
      node.origin,
    );
    const reason = new Error("enough");
    const signal = AbortSignal.abort(reason);
    assertEquals(await join({ signal }).catch((error) => error), reason);
    const late = new AbortController();
    const joining = join({
      signal: late.signal,
      fetch: (url, init) => {
        late.abort(reason);
        return fetch(url, init);
      },
    });
    assertEquals(await joining.catch((error) => error), reason);
  },
);

roomTest("junk in a room disturbs nobody", async (scene) => {
  const [first, second] = await joinTwo(scene);
  const errors: unknown[] = [];
  first.addEventListener("error", ({ error }) => errors.push(error));
  const { openChannel } = await import("./channel.ts");
  const { deriveRoomSecret } = await import("./room_secret.ts");
  const { room } = await deriveRoomSecret({ app: "tests", name: "a room" });
  const channel = openChannel(scene.node.origin, room);
  await channel.ready;
  for (const junk of ["", "hello", "A".repeat(1024), "{}", "\u{1f4a5}"]) {
    await channel.post(junk).catch(() => {});
  }
  channel.close();
  const heard = next(second, "message");
  await first.send("still here");
  assertEquals((await heard).data, "still here");
  assertEquals(errors, []);
});

roomTest(
  "what a room has missed is followed by an announcement, repeated when it fails",
  async ({ join }) => {
    let stream: TransformStreamDefaultController<Uint8Array>;
    let isFailing = false;
    const room = await join({
      fetch: async (url, init) => {
        if (isFailing && init?.method === "POST") throw new Error("cut off");
        const response = await fetch(url, init);
        const { headers } = response;
        if (!headers.get("content-type")?.includes("stream")) return response;
        const copy = new TransformStream({ start: (it) => void (stream = it) });
        return new Response(response.body!.pipeThrough(copy), { headers });
      },
    });
    isFailing = true;
    const failing = next(room, "error");
    const lost = "event: resync\ndata: {}\n\n";
    stream!.enqueue(new TextEncoder().encode(lost));
    assert(String((await failing).error).includes("cut off"));
    isFailing = false;
    const realNow = Date.now;
    const paid = next(room, "paid");
    Date.now = () => realNow() + 10_000;
    try {
      await paid;
    } finally {
      Date.now = realNow;
    }
    if (room.state !== "joined") await next(room, "state");
    assertEquals(room.state, "joined");
  },
);

roomTest("two who fell silent for each other meet again", async (scene) => {
  const [first, second] = await joinTwo(scene);
  const gone = [first, second].map((room) => next(room, "peerleave"));
  const back = [first, second].map((room) => next(room, "peerjoin"));
  const realNow = performance.now;
  performance.now = () => realNow.call(performance) + 10_000;
  try {
    const reasons = (await Promise.all(gone)).map(({ reason }) => reason);
    assert(reasons.includes("vanished")); // the other may hear of it
    await Promise.all(back);
  } finally {
    performance.now = realNow;
  }
});

roomTest(
  "an answer that comes too late is the listener's fault",
  async (scene) => {
    const [first, second] = await joinTwo(scene);
    const late = new Promise<unknown>((resolve) =>
      second.addEventListener("request", async ({ respondWith }) => {
        await Promise.resolve();
        try {
          resolve(respondWith("hello"));
        } catch (error) {
          resolve(error);
        }
      })
    );
    await assertRejects(() => first.request("?", { to: second.selfId }), Error);
    const error = await late;
    assert(error instanceof DOMException && error.name === "InvalidStateError");
  },
);

roomTest(
  "one that takes nothing does not hold up a stream to others",
  async (scene) => {
    const [first, second] = await joinTwo(scene);
    const third = await scene.join();
    while (first.peers.size < 2) await next(first, "peerjoin");
    const heard = next(third, "message").then(({ data }) =>
      new Response(data as ReadableStream<Uint8Array>).text()
    );
    const peer = first.peers.get(second.selfId)!;
    peer.send = () => Promise.reject(new Error("It takes nothing"));
    const chunks = Array(5).fill(new TextEncoder().encode("x"));
    const sending = first.send(ReadableStream.from(chunks));
    await assertRejects(() => sending, Error, "takes nothing");
    assertEquals(await heard, "xxxxx");
  },
);
