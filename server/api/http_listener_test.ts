/** What only a real socket shows. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { challengeOf, formatStamp, solve } from "@sigmesh/core";
import { createParser } from "eventsource-parser";
import {
  startTestNode,
  type TestNode,
  withTestNode,
} from "../testing/test_node.ts";
import { Wire } from "../testing/wire.ts";

const ROOM = "/room/" + "ab".repeat(20);

function socketTest(
  name: string,
  run: (node: TestNode) => Promise<void>,
): void {
  Deno.test(name, () => withTestNode(run));
}

/** Sends raw bytes and returns all that comes until the node ends the connection. */
async function exchange(node: TestNode, text: string): Promise<string> {
  await using wire = await Wire.dial(node);
  await wire.send(text);
  return await wire.readToEnd();
}

const head = (first: string, node: TestNode, more = "") =>
  `${first} HTTP/1.1\r\nHost: 127.0.0.1:${node.port}\r\nConnection: close\r\n${more}\r\n`;

socketTest("a request and its answer", async (node) => {
  const response = await fetch(node.origin, {
    headers: { accept: "application/json" },
  });
  assertEquals(response.status, 200);
  assertEquals((await response.json()).name, "sigmesh");
});

socketTest("HEAD has the length of the answer, and no body", async (node) => {
  const answer = await exchange(node, head("HEAD /ip", node));
  assertMatch(answer, /^HTTP\/1.1 200 OK\r\n/);
  assertMatch(answer, /content-length: [1-9]\d*\r\n[^]*\r\n\r\n$/i);
});

socketTest("what makes no web request is refused in a line", async (node) => {
  const lines = [
    "GET / HTTP/1.1\r\n\r\n",
    "GET / HTTP/1.0\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
    "GET ftp://localhost/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: user@localhost\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost/x\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost:99999\r\n\r\n",
    "NONSENSE\r\n\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nbroken header\r\n\r\n",
  ];
  for (const line of lines) {
    assertMatch(
      await exchange(node, line),
      /^HTTP\/1.1 400 Bad [Rr]equest\r\n/,
      line,
    );
  }
});

socketTest(
  "a target may name the origin, which then counts instead of the Host",
  async (node) => {
    const ours =
      `GET http://127.0.0.1:${node.port}/ip HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`;
    assertMatch(await exchange(node, ours), /^HTTP\/1.1 200 /);
    const foreign = head("GET http://evil.example/ip", node);
    assertMatch(await exchange(node, foreign), /^HTTP\/1.1 421 /);
  },
);

socketTest("a method that no web request has is not allowed", async (node) => {
  assertMatch(await exchange(node, head("TRACE /", node)), /^HTTP\/1.1 405 /);
});

socketTest(
  "a connection that asks on without reading is ended",
  async (node) => {
    await using wire = await Wire.dial(node);
    const get =
      `GET /client.js HTTP/1.1\r\nHost: 127.0.0.1:${node.port}\r\n\r\n`;
    await wire.send(get.repeat(10_000)).catch(() => {});
    const answers = (await wire.readToEnd()).match(/HTTP\/1.1 200/g) ?? [];
    assert(answers.length < 200, `${answers.length} of 10,000 were answered`);
  },
);

socketTest("nothing is written into the middle of a stream", async (node) => {
  await using wire = await Wire.dial(node);
  const open = head(`GET ${ROOM}`, node, "Accept: text/event-stream\r\n");
  await wire.send(
    open.replace("Connection: close\r\n", "") + "NONSENSE\r\n\r\n",
  );
  const answer = await wire.readToEnd();
  assert(!/400/.test(answer), answer);
});

socketTest("more than 100 headers are refused", async (node) => {
  const headers = (count: number) =>
    Array.from({ length: count }, (_, i) => `X${i}:\r\n`).join("");
  const answer = (count: number) =>
    exchange(node, head("GET /ip", node, headers(count)));
  assertMatch(await answer(98), /^HTTP\/1.1 200 /); // and two of ours
  assertMatch(await answer(99), /^HTTP\/1.1 431 /);
  assertMatch(await answer(1500), /^HTTP\/1.1 431 /);
});

socketTest("headers beyond 16 KiB are refused", async (node) => {
  const long = `X-Long: ${"x".repeat(20_000)}\r\n`;
  assertMatch(
    await exchange(node, head("GET /", node, long)),
    /^HTTP\/1.1 431 /,
  );
});

socketTest(
  "an endless body is answered while it is being sent",
  async (node) => {
    await using wire = await Wire.dial(node);
    await wire.send(
      head(`POST ${ROOM}`, node, "Transfer-Encoding: chunked\r\n"),
    );
    const flood = (async () => {
      const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
      try {
        while (true) await wire.send(chunk);
      } catch {
        return "the node ended it";
      }
    })();
    assertMatch(await wire.readToEnd(), /^HTTP\/1.1 413 /);
    assertEquals(await flood, "the node ended it");
  },
);

socketTest(
  "a claimed length over the limit is refused at the limit",
  async (node) => {
    await using wire = await Wire.dial(node);
    const length = "Content-Length: 1000000\r\n";
    await wire.send(head(`POST ${ROOM}`, node, length) + "x".repeat(1025));
    assertMatch(await wire.readToEnd(), /^HTTP\/1.1 413 /);
  },
);

socketTest(
  "a claimed length over the limit is refused before any of it comes",
  async (node) => {
    for (const method of ["GET", "POST", "PUT"]) {
      await using wire = await Wire.dial(node);
      const long = "Content-Length: 1025\r\nExpect: 100-continue\r\n";
      await wire.send(head(`${method} ${ROOM}`, node, long));
      assertMatch(
        await wire.readToEnd(),
        /^(HTTP\/1.1 100 .*\r\n\r\n)?HTTP\/1.1 413 /,
      );
    }
  },
);

socketTest(
  "a body that a GET has no use for is read to the limit only",
  async (node) => {
    await using wire = await Wire.dial(node);
    await wire.send(head("GET /ip", node, "Transfer-Encoding: chunked\r\n"));
    const chunk = `400\r\n${"x".repeat(1024)}\r\n`;
    const flood = wire.send(chunk.repeat(100_000)).catch(() => "ended");
    assertMatch(await wire.readToEnd(), /^HTTP\/1.1 413 /);
    assertEquals(await flood, "ended");
    assertMatch(
      await exchange(
        node,
        head("GET /ip", node, "Content-Length: 2\r\n") + "hi",
      ),
      /^HTTP\/1.1 200 /,
    );
  },
);

socketTest(
  "a body that breaks off is no post, though what came was paid for",
  async (node) => {
    const stamp = await payFor(node, "half");
    const wire = await Wire.dial(node);
    const target = `${ROOM}?pow=${stamp}`;
    await wire.send(
      head(`POST ${target}`, node, "Content-Length: 10\r\n") + "half",
    );
    await wire[Symbol.asyncDispose]();
    assertEquals(await messagesIn(node), 0);

    const body = "half";
    const whole = await fetch(node.origin + target, { method: "POST", body });
    assertEquals(whole.status, 202);
    await whole.body?.cancel();
    assertEquals(await messagesIn(node), 1);
  },
);

/** A stamp for a post to the room of these tests. */
async function payFor(node: TestNode, body: string): Promise<string> {
  const url = node.origin + ROOM;
  const headers = { accept: "application/json" };
  const { token, height } = await (await fetch(url, { headers })).json();
  const salt = new Uint8Array(6);
  const challenge = challengeOf({ token, method: "POST", url, salt, body });
  const { nonces } = await solve(challenge, height);
  return formatStamp({ token, salt, nonces });
}

async function messagesIn(node: TestNode): Promise<number> {
  const response = await fetch(node.origin + ROOM, {
    headers: { accept: "application/json" },
  });
  return (await response.json()).messages;
}

socketTest(
  "two requests in one packet get two answers, in order",
  async (node) => {
    await using wire = await Wire.dial(node);
    const get = (path: string, connection: string) =>
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${node.port}\r\n` +
      `Accept: application/json\r\nConnection: ${connection}\r\n\r\n`;
    await wire.send(get("/ip", "keep-alive") + get("/nodes", "close"));
    const answers = await wire.readToEnd();
    assertMatch(answers, /"family":4[^]*\[\]$/);
  },
);

socketTest(
  "forwarded headers count from a trusted proxy only",
  async (node) => {
    const trusting = await startTestNode({ trustProxy: ["loopback"] });
    try {
      const ip = async ({ origin }: TestNode) => {
        const headers = {
          "x-forwarded-for": "203.0.113.9",
          accept: "application/json",
        };
        return (await (await fetch(`${origin}/ip`, { headers })).json()).ip;
      };
      assertEquals(await ip(node), "127.0.0.1");
      assertEquals(await ip(trusting), "203.0.113.9");
    } finally {
      await trusting.close();
    }
  },
);

socketTest(
  "a forwarded address that is none does not crash the node",
  async () => {
    const trusting = await startTestNode({ trustProxy: ["loopback"] });
    try {
      for (
        const address of [
          "nonsense",
          "1.2.3.4:80",
          "[::1]:80",
          "",
          ",,",
          "1.2.3.4, unknown",
          "999.1.1.1",
        ]
      ) {
        const headers = { "x-forwarded-for": address };
        const response = await fetch(`${trusting.origin}/ip`, { headers });
        assertEquals(response.status, 200, address);
        await response.body?.cancel();
      }
      assertEquals(trusting.faults, []);
    } finally {
      await trusting.close();
    }
  },
);

/** Reads a room's stream; `next` resolves with the name of the next event. */
async function openStream(node: TestNode) {
  const controller = new AbortController();
  const response = await fetch(node.origin + ROOM, {
    headers: { accept: "text/event-stream" },
    signal: controller.signal,
  });
  const events: string[] = [];
  const parser = createParser({
    onEvent: ({ event = "message" }) => events.push(event),
  });
  const reader = response.body!.pipeThrough(new TextDecoderStream())
    .getReader();
  async function next(): Promise<string | undefined> {
    while (events.length === 0) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      parser.feed(value);
    }
    return events.shift();
  }
  return { next, leave: () => controller.abort() };
}

async function subscribersReach(node: TestNode, count: number): Promise<void> {
  while (true) {
    const response = await fetch(node.origin + ROOM, {
      headers: { accept: "application/json" },
    });
    if ((await response.json()).subscribers === count) return;
  }
}

socketTest("a stream is counted while it is open", async (node) => {
  const stream = await openStream(node);
  assertEquals(await stream.next(), "quote");
  await subscribersReach(node, 1);
  stream.leave();
  await subscribersReach(node, 0);
});

Deno.test("connections are counted while they are open", async () => {
  await withTestNode(async (node) => {
    const open = async () => {
      await using wire = await Wire.dial(node);
      await wire.send(
        `GET /metrics HTTP/1.1\r\nHost: localhost:${node.port}\r\nConnection: close\r\n\r\n`,
      );
      const text = await wire.readToEnd();
      return Number(/^sigmesh_http_connections (\d+)$/m.exec(text)![1]);
    };
    assertEquals(await open(), 1);
    const idle = await Wire.dial(node);
    while (await open() !== 2); // the node has yet to accept it
    await idle[Symbol.asyncDispose]();
    while (await open() !== 1); // or to hear that it has gone
  }, { metrics: true });
});

Deno.test("a node that closes tells its streams, and ends them", async () => {
  const node = await startTestNode();
  const stream = await openStream(node);
  assertEquals(await stream.next(), "quote");
  const closed = node.close();
  assertEquals(await stream.next(), "closing");
  assertEquals(await stream.next(), undefined);
  await closed;
});

Deno.test("a connection that asks for nothing does not keep a node from closing", async () => {
  const node = await startTestNode();
  await using wire = await Wire.dial(node);
  await wire.send("GET / HTT");
  await using _silent = await Wire.dial(node);
  const started = performance.now();
  await node.close();
  assert(performance.now() - started < 1500, "less than answers get");
});
