/** What comes a byte at a time over TLS. It takes its time; all attacks run at once. */

import { assertEquals, assertMatch } from "@std/assert";
import { SERVER_LIMITS } from "../limits.ts";
import { secureAttack, type SecureNode } from "../testing/attack.ts";
import { dribble, payUntil } from "../testing/dribble.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { freshRoomPath } from "../testing/honest_client.ts";
import {
  encodeFrame,
  encodeRequest,
  FLAG,
  FRAME,
  Http2Wire,
  WHOLE,
} from "../testing/http2_wire.ts";
import { Wire } from "../testing/wire.ts";

const ROOM = freshRoomPath();
const clock = new FakeClock();

async function dribbleBody(
  node: SecureNode,
  begun: string,
  bytes = "a",
): Promise<void> {
  const wire = await Wire.dial(node);
  await wire.send(
    `POST ${ROOM} HTTP/1.1\r\nHost: localhost:${node.port}\r\n${begun}`,
  );
  assertMatch(await dribble(wire, bytes), /^HTTP\/1.1 408 /, begun);
}

/** To these only the clock of a silent connection puts an end. */
async function dribbleHead(node: SecureNode): Promise<void> {
  const wire = await Wire.dial(node);
  await wire.send("GET /");
  assertEquals(await dribble(wire, "a"), "");
}

async function dribbleHandshake({ port }: SecureNode): Promise<void> {
  const wire = await Wire.dial({ port });
  await wire.send(Uint8Array.of(0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3));
  assertEquals(await dribble(wire, "a"), "");
}

/** A hundred requests whose bodies never come; after, the session serves on. */
async function withholdBodies(node: SecureNode): Promise<void> {
  const wire = await Http2Wire.dial(node);
  const payload = encodeRequest(node, { method: "POST", path: ROOM });
  const type = FRAME.headers;
  const most = SERVER_LIMITS.streamsPerConnection;
  for (let i = 0; i < most; i++) {
    const flags = FLAG.endHeaders;
    await wire.send(encodeFrame({ type, flags, stream: 2 * i + 1, payload }));
  }
  for (let i = 0; i < most; i++) {
    const reset = await wire.nextOf(FRAME.reset);
    assertEquals(reset?.payload, new Uint8Array(4)); // NO_ERROR
  }
  const stream = 2 * most + 1;
  const health = encodeRequest(node, { path: "/health" });
  await wire.send(encodeFrame({ type, flags: WHOLE, stream, payload: health }));
  assertEquals((await wire.nextOf(FRAME.headers, FRAME.reset))?.type, type);
  wire.close();
}

secureAttack(
  "what is dribbled over TLS is ended in time, and whoever pays meanwhile is served",
  async (node) => {
    const chunked = "Transfer-Encoding: chunked\r\n\r\n";
    const heads = Array.from({ length: 50 }, () => dribbleHead(node));
    const attacks = [
      dribbleBody(node, "Content-Length: 1024\r\n\r\n"),
      dribbleBody(node, chunked, "1\r\na\r\n"),
      dribbleBody(node, `${chunked}2;`),
      dribbleHandshake(node),
      withholdBodies(node),
    ];
    await payUntil(node, Promise.all(attacks));
    clock.advance(SERVER_LIMITS.idleSeconds * 1000 + 5000);
    await Promise.all(heads);
  },
  { surroundings: { clock } },
);
