/** Being called, or calling oneself, by a false name. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { attack } from "../testing/attack.ts";
import { ask, freshRoomPath } from "../testing/honest_client.ts";
import type { TestNode } from "../testing/test_node.ts";
import { Wire } from "../testing/wire.ts";

async function exchange(node: TestNode, said: string): Promise<string> {
  await using wire = await Wire.dial(node);
  await wire.send(said);
  return await wire.readToEnd();
}

const END = "Accept: application/json\r\nConnection: close\r\n\r\n";

attack(
  "a page whose name was bound to this address learns nothing",
  async (node) => {
    const { port } = node;
    const names = [
      `evil.example:${port}`,
      `evil.example`,
      `localhost.evil.example:${port}`,
      `127.0.0.1.evil.example:${port}`,
      `localhost.:${port}`,
      `localhost:${port + 1}`,
      `127.0.0.1`,
      `0.0.0.0:${port}`,
      `[::]:${port}`,
      `192.168.0.1:${port}`,
    ];
    for (const name of names) {
      for (const path of ["/", "/ip", freshRoomPath()]) {
        const said = `GET ${path} HTTP/1.1\r\nHost: ${name}\r\n${END}`;
        const answer = await exchange(node, said);
        assertMatch(answer, /^HTTP\/1.1 421 /, name);
        assert(!answer.includes('"token"'), answer);
      }
    }
  },
);

attack(
  "a foreign name in the target counts, whatever the Host says",
  async (node) => {
    const host = `Host: 127.0.0.1:${node.port}\r\n`;
    const foreign = `http://evil.example:${node.port}/ip`;
    for (
      const target of [
        foreign,
        foreign.toUpperCase(),
        `http://127.0.0.1:${node.port}@evil.example/ip`,
        `http://evil.example#@127.0.0.1:${node.port}/ip`,
        `http://evil.example\\@127.0.0.1:${node.port}/ip`,
      ]
    ) {
      const answer = await exchange(
        node,
        `GET ${target} HTTP/1.1\r\n${host}${END}`,
      );
      assertMatch(answer, /^HTTP\/1.1 4(21|00) /, target);
    }
  },
);

attack("headers of proxies do not rename this node", async (node) => {
  const headers = "X-Forwarded-Host: evil.example\r\n" +
    "X-Forwarded-Proto: https\r\nForwarded: host=evil.example;proto=https\r\n" +
    "X-Original-URL: /metrics\r\nX-HTTP-Method-Override: POST\r\n";
  const path = freshRoomPath();
  const { status, text } = await ask(node, { path, headers });
  assertEquals(status, 200);
  assert(!text.includes("evil"), text);
  const stamp = "A".repeat(104);
  const refused = await ask(node, {
    ...{ method: "POST", path, body: "x" },
    headers: `${headers}Authorization: PoW ${stamp}\r\n`,
  });
  assertEquals(refused.status, 401);
});

attack(
  "an address that a stranger claims to speak for gives it no further budget",
  async (node) => {
    const flood = Array.from({ length: 120 }, (_, i) =>
      ask(node, {
        path: "/ip",
        headers: `X-Forwarded-For: 198.51.100.${i}\r\n`,
      }));
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    assert(statuses.includes(429), `${new Set(statuses)}`);
  },
);

attack(
  "addresses that a client puts before a trusted proxy's do not count",
  async (node) => {
    const claims = ["192.0.2.1", "127.0.0.1", "unknown", "::ffff:127.0.0.1"];
    for (const claim of claims) {
      const headers = `X-Forwarded-For: ${claim}, 203.0.113.9\r\n`;
      const { text } = await ask(node, { path: "/ip", headers });
      assertEquals(JSON.parse(text).ip, "203.0.113.9", claim);
    }
    for (const claim of [",".repeat(5000), "1.2.3.4,".repeat(1500), "x"]) {
      const headers = `X-Forwarded-For: ${claim}\r\n`;
      assertEquals((await ask(node, { path: "/ip", headers })).status, 200);
    }
  },
  { config: { trustProxy: ["loopback"] } },
);
