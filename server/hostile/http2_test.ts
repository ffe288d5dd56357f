/** What HTTP/2 lets a client do, frame by frame, to a node that speaks it. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { SERVER_LIMITS } from "../limits.ts";
import { secureAttack, type SecureNode } from "../testing/attack.ts";
import { ask, freshRoomPath } from "../testing/honest_client.ts";
import {
  encodeFields,
  encodeFrame,
  encodeRequest,
  FLAG,
  FRAME,
  type Frame,
  Http2Wire,
  joined,
  WHOLE,
} from "../testing/http2_wire.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { turn } from "../testing/fake_sink.ts";
import { Wire } from "../testing/wire.ts";

const ROOM = freshRoomPath();
const CANCEL = Uint8Array.of(0, 0, 0, 8);
const JSON_PLEASE = ["accept", "application/json"] as const;
const STREAM_PLEASE = ["accept", "text/event-stream"] as const;
/** A node that does not end a connection for less than this is not going to. */
const MOST_FLOODS = 2000;

/** Sends batch after batch until the node ends the connection; fails when it does not. */
async function floodUntilEnded(
  node: SecureNode,
  batch: (index: number) => Uint8Array[],
): Promise<void> {
  const wire = await Http2Wire.dial(node);
  const ended = wire.nextOf(FRAME.goAway);
  let batches = 0;
  let isOver = false;
  ended.then(() => isOver = true);
  try {
    for (; batches < MOST_FLOODS && !isOver; batches++) {
      await wire.send(...batch(batches));
      await turn(); // the node's
    }
  } catch { /* ended */ }
  assert(batches < MOST_FLOODS, "the node takes it for ever");
  await ended;
  while (await wire.next() !== undefined);
  wire.close();
}

const thousand = (frame: Uint8Array) => Array<Uint8Array>(1000).fill(frame);

function textOf(frame: Frame | undefined): string {
  return new TextDecoder().decode(frame?.payload);
}

/** Frames on each of a hundred streams. */
const hundred = (frames: (stream: number) => Uint8Array[], batch = 0) =>
  Array.from({ length: 100 }, (_, i) => frames(200 * batch + 2 * i + 1)).flat();

secureAttack(
  "floods of frames that ask for nothing end the session",
  async (node) => {
    const empty = { type: FRAME.data, stream: 1 };
    const ping = { type: FRAME.ping, payload: new Uint8Array(8) };
    await floodUntilEnded(node, () => thousand(encodeFrame(ping)));
    await floodUntilEnded(
      node,
      () => thousand(encodeFrame({ type: FRAME.settings })),
    );
    const post = encodeRequest(node, { method: "POST", path: ROOM });
    const open = { type: FRAME.headers, flags: FLAG.endHeaders, stream: 1 };
    await floodUntilEnded(node, (index) => [
      ...(index === 0 ? [encodeFrame({ ...open, payload: post })] : []),
      ...thousand(encodeFrame(empty)),
    ]);
  },
);

secureAttack("a head without end ends the session", async (node) => {
  const payload = encodeRequest(node, { path: "/ip" });
  const more = encodeFields(Array(100).fill(["x", "y".repeat(100)]));
  for (const rest of [new Uint8Array(), more]) {
    const next = { type: FRAME.continuation, stream: 1, payload: rest };
    await floodUntilEnded(node, (batch) => [
      ...(batch === 0
        ? [encodeFrame({ type: FRAME.headers, stream: 1, payload })]
        : []),
      ...hundred(() => [encodeFrame(next)]),
    ]);
  }
});

secureAttack(
  "requests that are taken back at once end the session, and are no faults",
  async (node) => {
    const requests = [
      { method: "GET", path: "/ip", flags: WHOLE },
      { method: "POST", path: ROOM, flags: FLAG.endHeaders },
      { method: "GET", path: ROOM, flags: WHOLE, more: [STREAM_PLEASE] },
    ];
    for (const { flags, ...request } of requests) {
      const payload = encodeRequest(node, request);
      await floodUntilEnded(node, (batch) =>
        hundred((stream) => [
          encodeFrame({ type: FRAME.headers, flags, stream, payload }),
          encodeFrame({ type: FRAME.reset, stream, payload: CANCEL }),
        ], batch));
      assertEquals(node.faults, []);
    }
    while (node.parts.rooms.subscribers > 0) await ask(node, { path: "/ip" });
  },
);

secureAttack(
  "a node cannot be made to reset streams for ever",
  async (node) => {
    const payload = encodeRequest(node, { method: "POST", path: ROOM });
    const noIncrement = new Uint8Array(4);
    const flags = FLAG.endHeaders;
    await floodUntilEnded(node, (batch) =>
      hundred((stream) => [
        encodeFrame({ type: FRAME.headers, flags, stream, payload }),
        encodeFrame({ type: FRAME.windowUpdate, stream, payload: noIncrement }),
      ], batch));
  },
);

secureAttack("a head beyond 16 KiB or 100 fields is refused", async (node) => {
  const heads = [
    Array.from({ length: 3 }, (_, i) => [`x${i}`, "y".repeat(6000)]),
    Array.from({ length: 99 }, (_, i) => [`x${i}`, "y".repeat(99)]),
    Array.from({ length: 200 }, (_, i) => [`x${i}`, "y".repeat(99)]),
  ] as [string, string][][];
  const { headers: type, continuation } = FRAME;
  const { endStream, endHeaders: end } = FLAG;
  for (const [index, more] of heads.entries()) {
    const wire = await Http2Wire.dial(node);
    const stream = 1;
    const payload = encodeRequest(node, { path: "/ip", more });
    const [first, rest] = [payload.subarray(0, 9000), payload.subarray(9000)];
    await wire.send(
      encodeFrame({ type, flags: endStream, stream, payload: first }),
      encodeFrame({ type: continuation, flags: end, stream, payload: rest }),
    );
    const answer = await wire.nextOf(FRAME.data, FRAME.reset);
    if (index === 2) assertEquals(answer?.type, FRAME.reset);
    else assertStringIncludes(textOf(answer), "headers-too-large");
    wire.close();
  }
});

secureAttack("a field that unpacks to megabytes is refused", async (node) => {
  const wire = await Http2Wire.dial(node);
  const value = new Uint8Array(3900).fill(0x61);
  const payload = joined([
    encodeRequest(node, { path: "/ip" }),
    Uint8Array.of(0x40, 1, 0x78, 127, 0xbd, 0x1d), // "x", kept by both ends; 3,900 bytes
    value,
    new Uint8Array(10_000).fill(0x80 | 62), // 10,000 times what is kept
  ]);
  await wire.send(
    encodeFrame({ type: FRAME.headers, flags: WHOLE, stream: 1, payload }),
  );
  const answer = await wire.nextOf(FRAME.reset, FRAME.goAway, FRAME.data);
  assert(answer !== undefined && answer.type !== FRAME.data);
  wire.close();
});

secureAttack(
  "more requests at once than a session may have are refused",
  async (node) => {
    const wire = await Http2Wire.dial(node);
    const payload = encodeRequest(node, { method: "POST", path: ROOM });
    const excess = 50;
    const most = SERVER_LIMITS.streamsPerConnection;
    for (let i = 0; i < most + excess; i++) {
      const stream = 2 * i + 1;
      const flags = FLAG.endHeaders; // a body is still to come
      await wire.send(
        encodeFrame({ type: FRAME.headers, flags, stream, payload }),
      );
    }
    for (let i = 0; i < excess; i++) {
      const reset = await wire.nextOf(FRAME.reset);
      assertEquals(reset?.stream, 2 * (most + i) + 1);
    }
    wire.close();
  },
);

secureAttack(
  "what is no HTTP/2 ends the session, or the request",
  async (node) => {
    const { host } = new URL(node.origin);
    const fields = [
      [":method", "GET"],
      [":path", "/ip"],
      [":scheme", "https"],
      [":authority", host],
    ] as const;
    const heads = [
      [],
      fields.slice(0, 3),
      fields.slice(1),
      [...fields, [":authority", "evil.example"]],
      [...fields, ["host", "evil.example"]],
      [...fields, ["transfer-encoding", "chunked"]],
      [...fields, ["connection", "keep-alive"]],
      [...fields, ["content-length", "5"]],
      [...fields, ["Upper", "case"]],
      [...fields.slice(2), [":method", "GET"], [":path", "//evil.example/ip"]],
      [...fields.slice(2), [":method", "GET"], [
        ":path",
        "http://evil.example",
      ]],
      [...fields.slice(2), [":method", "GET"], [":path", "*"]],
      [...fields.slice(2), [":method", "CONNECT"], [":protocol", "websocket"]],
    ] as [string, string][][];
    for (const head of heads) {
      const wire = await Http2Wire.dial(node);
      const payload = encodeFields([...head, JSON_PLEASE]);
      await wire.send(
        encodeFrame({ type: FRAME.headers, flags: WHOLE, stream: 1, payload }),
      );
      const answer = await wire.nextOf(FRAME.data, FRAME.reset, FRAME.goAway);
      const text = new TextDecoder().decode(answer?.payload);
      assert(!text.includes('"ip"'), JSON.stringify(head));
      wire.close();
    }
  },
);

const clock = new FakeClock();

secureAttack(
  "answers that a closed window holds back end with the silence",
  async (node) => {
    const nothing = Uint8Array.of(0, 4, 0, 0, 0, 0); // SETTINGS_INITIAL_WINDOW_SIZE
    const wire = await Http2Wire.dial(node, nothing);
    const path = "/client.js";
    const payload = encodeRequest(node, { path, more: [JSON_PLEASE] });
    const streams = Array.from({ length: 20 }, (_, i) => 2 * i + 1);
    for (const stream of streams) {
      await wire.send(
        encodeFrame({ type: FRAME.headers, flags: WHOLE, stream, payload }),
      );
    }
    for (const _ of streams) await wire.nextOf(FRAME.headers);
    clock.advance(SERVER_LIMITS.idleSeconds * 1000 + 5000);
    assertEquals(await wire.nextOf(FRAME.data), undefined);
    wire.close();
  },
  { surroundings: { clock } },
);

secureAttack("bytes that are no handshake end the connection", async (node) => {
  const plain = { port: node.port };
  const openings = [
    "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n",
    crypto.getRandomValues(new Uint8Array(5000)),
    Uint8Array.of(0x16, 3, 1, 0xff, 0xff, 1, 0, 0, 0),
    new Uint8Array(100_000),
  ];
  for (const opening of openings) {
    await using wire = await Wire.dial(plain);
    await wire.send(opening).catch(() => {});
    if (opening.length > 9) await wire.readToEnd();
  }
});
