/** What comes a byte at a time. It takes its time; all attacks run at once. */

import { assertMatch } from "@std/assert";
import { attack } from "../testing/attack.ts";
import { dribble, payUntil } from "../testing/dribble.ts";
import { freshRoomPath } from "../testing/honest_client.ts";
import type { TestNode } from "../testing/test_node.ts";
import { Wire } from "../testing/wire.ts";

/** A request's beginning, then some bytes now and then. */
async function dribbleAfter(
  node: TestNode,
  begun: string,
  bytes = "a",
): Promise<void> {
  const wire = await Wire.dial(node);
  await wire.send(begun);
  assertMatch(await dribble(wire, bytes), /HTTP\/1.1 408 [^]*$/, begun);
}

attack(
  "what is dribbled is ended in time, and whoever pays meanwhile is served",
  async (node) => {
    const host = `Host: 127.0.0.1:${node.port}\r\n`;
    const post = `POST ${freshRoomPath()} HTTP/1.1\r\n${host}`;
    const chunked = `${post}Transfer-Encoding: chunked\r\n\r\n`;
    const attacks = [
      ...Array.from({ length: 50 }, () => dribbleAfter(node, "GET /")),
      dribbleAfter(node, `GET / HTTP/1.1\r\n${host}X: `),
      dribbleAfter(node, `GET / HTTP/1.1\r\n${host}`, "X: y\r\n"),
      dribbleAfter(node, `GET /ip HTTP/1.1\r\n${host}\r\nGET /`),
      dribbleAfter(node, `${post}Content-Length: 1024\r\n\r\n`),
      dribbleAfter(node, chunked, "1\r\na\r\n"),
      dribbleAfter(node, `${chunked}2;`),
      dribbleAfter(node, `${chunked}0\r\n`, "X: y\r\n"),
    ];
    await payUntil(node, Promise.all(attacks));
  },
);
