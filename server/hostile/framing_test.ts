/** Bytes that are no request, or two requests depending on who reads them. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { attack } from "../testing/attack.ts";
import { ask, freshRoomPath } from "../testing/honest_client.ts";
import type { TestNode } from "../testing/test_node.ts";
import { Wire } from "../testing/wire.ts";

const ROOM = freshRoomPath();
const SMUGGLED = "GET /ip HTTP/1.1\r\nHost: localhost\r\n\r\n";

/** The statuses that a node answers some bytes with before it ends the connection. */
async function statusesOf(
  node: TestNode,
  said: string | Uint8Array,
): Promise<number[]> {
  await using wire = await Wire.dial(node);
  await wire.send(said).catch(() => {}); // ended meanwhile
  const answers = (await wire.readToEnd()).matchAll(/HTTP\/1.1 (\d+)/g);
  return [...answers].map(([, status]) => Number(status));
}

/** Each is refused, if it is answered at all, and ends its connection: nothing behind it is read. */
async function assertRefused(
  node: TestNode,
  cases: (string | Uint8Array)[],
): Promise<void> {
  for (const said of cases) {
    const statuses = await statusesOf(node, said);
    const isRefused = statuses.length < 2 &&
      statuses.every((status) => status >= 400 && status < 500);
    assert(isRefused, `${statuses}: ${JSON.stringify(said).slice(0, 200)}`);
  }
}

/** Bytes as written, one character each. */
function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const head = (node: TestNode, first: string, ...lines: string[]) =>
  [`${first} HTTP/1.1`, `Host: 127.0.0.1:${node.port}`, ...lines, "", ""]
    .join("\r\n");

attack(
  "a request whose length two parsers could read differently smuggles nothing",
  async (node) => {
    const lengths = [
      ["Content-Length: 2", "Content-Length: 2"],
      ["Content-Length: 2", "Content-Length: 3"],
      ["Content-Length: 2, 2"],
      ["Content-Length: +2"],
      ["Content-Length: -2"],
      ["Content-Length: 0x2"],
      ["Content-Length: 2e0"],
      ["Content-Length: "],
      ["Content-Length: 99999999999999999999"],
      ["Content-Length : 2"],
      ["Content-Length: 5", "Transfer-Encoding: chunked"],
      ["Transfer-Encoding: chunked", "Content-Length: 5"],
      ["Transfer-Encoding: chunked", "Transfer-Encoding: chunked"],
      ["Transfer-Encoding: chunked, identity"],
      ["Transfer-Encoding: identity, chunked"],
      ["Transfer-Encoding: xchunked"],
      ["Transfer-Encoding: \x0bchunked"],
      ["Transfer-Encoding : chunked"],
      ["Transfer-Encoding:\r\n chunked"],
      ["X: a", " Transfer-Encoding: chunked"],
    ];
    await assertRefused(
      node,
      lengths.map((lines) =>
        head(node, `POST ${ROOM}`, ...lines) + "0\r\n\r\n" + SMUGGLED
      ),
    );
  },
);

attack(
  "a line that does not end as lines do ends the connection",
  async (node) => {
    const good = head(node, "GET /ip", "X: a");
    await assertRefused(node, [
      good.replaceAll("\r\n", "\n"),
      good.replace("X: a", "X: a\nY: b"),
      good.replace("X: a", "X: a\rY: b"),
      good.replace("X: a", "X: a\r\n b"),
      good.replace("X: a", "X: a\0b"),
      good.replace("X: a", "X : a"),
      good.replace("X: a", ": a"),
      good.replace("X: a", "X"),
    ]);
  },
);

attack("chunks that are none end the connection", async (node) => {
  const post = head(node, `POST ${ROOM}`, "Transfer-Encoding: chunked");
  await assertRefused(
    node,
    [
      "zz\r\nhi\r\n0\r\n\r\n",
      "-2\r\nhi\r\n0\r\n\r\n",
      "2 \r\nhi\r\n0\r\n\r\n",
      "2\nhi\n0\n\n",
      "2\r\nhi0\r\n\r\n",
      "fffffffffffffffff\r\nhi\r\n0\r\n\r\n",
      `0\r\n${"X: y\r\n".repeat(100_000)}\r\n`,
      `0\r\nX: ${"y".repeat(100_000)}\r\n\r\n`,
    ].map((body) => post + body + SMUGGLED),
  );
});

attack("a body longer than said is not taken for a request", async (node) => {
  const post = head(node, `POST ${ROOM}`, "Content-Length: 2");
  await assertRefused(node, [post + "hihihihihihi\r\n\r\n"]);
});

attack("what is no HTTP/1.1 ends the connection", async (node) => {
  await assertRefused(node, [
    "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "GET /\r\n\r\n",
    "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n",
    "POST / HTTP/2.0\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nhi",
    "GET / HTTP/1.2\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n",
    "get / http/1.1\r\nHost: localhost\r\n\r\n",
    "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "\x00".repeat(100),
    `SSH-2.0-OpenSSH_9.0\r\n`,
    "CONNECT db.internal:5432 HTTP/1.1\r\nHost: localhost\r\n\r\n",
    crypto.getRandomValues(new Uint8Array(10_000)).fill(0xff, 0, 1),
  ]);
});

attack("giant methods, targets and headers end at 16 KiB", async (node) => {
  const giant = "a".repeat(1_000_000);
  await assertRefused(node, [
    giant.toUpperCase(),
    `GET /${giant}`,
    `GET /ip?since=${giant} HTTP/1.1\r\n`,
    head(node, "GET /ip", `X: ${giant}`),
    head(node, "GET /ip", `${giant}: x`),
    head(node, "GET /ip", ...Array(5000).fill("Cookie: a=b")),
    `GET /ip HTTP/1.1\r\n${"X: y\r\n".repeat(100_000)}`,
  ]);
});

attack("escapes and dots in a target lead to nothing", async (node) => {
  const targets = [
    ["/%00", 404],
    ["/%", 404],
    ["/%2e%2e/%2e%2e/etc/passwd", 404],
    ["/demo/..%2f..%2fetc/passwd", 404],
    ["/demo/../../../etc/passwd", 404],
    ["//evil.example/ip", 404],
    ["/\\evil.example/ip", 404],
    ["/__proto__", 404],
    ["/constructor", 404],
    ["/room", 404],
    ["/room/", 400],
    ["/room/%zz?since=%zz&pow=%ff", 400],
    [`${ROOM}/`, 400],
    [`${ROOM}%00`, 400],
    ["/\xc3\xa9", 400],
    ["/a\tb", 400],
    ["*", 400],
    ["ip", 400],
  ] as const;
  for (const [target, status] of targets) {
    const request = head(node, `GET ${target}`, "Connection: close");
    assertEquals(await statusesOf(node, bytesOf(request)), [status], target);
  }
});

attack("a Host that is no name, or nobody's, is refused", async (node) => {
  const hosts = [
    "",
    "[::1",
    "[::1]:99999",
    "[::1%25lo]",
    "127.0.0.1:80:80",
    "127.0.0.1:",
    "a b",
    "a,b",
    "<script>",
    "%00",
    "xn--a",
    "\xe9",
    "a".repeat(10_000),
  ];
  for (const host of hosts) {
    const request =
      `GET /ip HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`;
    const [status, ...more] = await statusesOf(node, bytesOf(request));
    assertEquals(more, [], host);
    assert(status === 400 || status === 421, `${host}: ${status}`);
  }
});

attack(
  "an upgrade is not taken up, and the connection serves on",
  async (node) => {
    const upgrades = [
      [
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
      ],
      ["Upgrade: h2c", "Connection: Upgrade, HTTP2-Settings"],
    ];
    for (const upgrade of upgrades) {
      await using wire = await Wire.dial(node);
      const json = "Accept: application/json";
      await wire.send(head(node, "GET /ip", json, ...upgrade));
      assertMatch(await wire.readUntil(/\}$/), /^HTTP\/1.1 200 /);
      await wire.send(head(node, "GET /nodes", json, "Connection: close"));
      assertMatch(await wire.readToEnd(), /HTTP\/1.1 200 [^]*\[\]$/);
    }
  },
);

attack(
  "who expects to be told to go on is told; what else is expected is not",
  async (node) => {
    await using wire = await Wire.dial(node);
    const length = "Content-Length: 2";
    await wire.send(
      head(
        node,
        `POST ${ROOM}`,
        length,
        "Expect: 100-continue",
        "Connection: close",
      ),
    );
    assertMatch(await wire.readUntil(/\r\n\r\n/), /^HTTP\/1.1 100 /);
    await wire.send("hi");
    assertMatch(await wire.readToEnd(), /HTTP\/1.1 401 /);
    const odd = head(node, "GET /ip", "Expect: nonsense", "Connection: close");
    assertEquals(await statusesOf(node, odd), [200]);
  },
);

attack(
  "what is said behind a refusal is not read as another connection's",
  async (node) => {
    const json = "Accept: application/json";
    const ip = head(node, "GET /ip", json);
    const smuggled = head(node, "GET /nodes", json);
    for (const refused of ["NONSENSE\r\n\r\n", "GET / HTTP/1.1\r\nX : y\r\n"]) {
      await using liar = await Wire.dial(node);
      await liar.send(refused);
      await liar.readUntil(/\}$/);
      await using honest = await Wire.dial(node);
      await honest.send(ip);
      await honest.readUntil(/\}$/);
      await liar.send(smuggled).catch(() => {});
      assertEquals(
        await ask(node, { path: "/health" }).then((a) => a.status),
        200,
      );
      await honest.send(head(node, "GET /ip", json, "Connection: close"));
      const answers = await honest.readToEnd();
      assertMatch(
        answers,
        /200 OK[^]*"family":4\}HTTP\/1.1 200 OK[^]*"family":4\}$/,
      );
      assert(!answers.includes("[]"), answers);
    }
  },
);
