/** https: HTTP/2 and HTTP/1.1 over one port, on real sockets. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import http2 from "node:http2";
import type { Config } from "../config.ts";
import {
  opensslMissing,
  servedSerial,
  writeCertificate,
} from "../testing/certificates.ts";
import { FakeClock } from "../testing/fake_clock.ts";
import { startTestNode, type TestNode } from "../testing/test_node.ts";

const ROOM = "/room/" + "ab".repeat(20);

interface Secure {
  node: TestNode;
  clock: FakeClock;
  paths: { cert: string; key: string };
}

function tlsTest(
  name: string,
  run: (secure: Secure) => Promise<void>,
  config: Partial<Config> = {},
): void {
  Deno.test({
    name: `${name}${opensslMissing}`,
    ignore: opensslMissing !== "",
    async fn() {
      const folder = await Deno.makeTempDir();
      const paths = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
      await writeCertificate(paths);
      const clock = new FakeClock();
      const node = await startTestNode(
        { certificate: paths, ...config },
        { clock },
      );
      try {
        await run({ node, clock, paths });
        assertEquals(node.faults, []);
      } finally {
        await node.close();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

/** A session of HTTP/2, closed after. */
async function withSession(
  { port }: TestNode,
  run: (session: http2.ClientHttp2Session) => Promise<void>,
  settings: http2.Settings = {},
): Promise<void> {
  const session = http2.connect(`https://127.0.0.1:${port}`, {
    rejectUnauthorized: false,
    settings,
  });
  const closed = new Promise((resolve) => session.once("close", resolve));
  try {
    await run(session);
  } finally {
    session.destroy();
    await closed;
  }
}

async function request(
  session: http2.ClientHttp2Session,
  headers: http2.OutgoingHttpHeaders,
  body = "",
): Promise<{ status: number; text: string }> {
  const stream = session.request(headers, { endStream: body === "" });
  let status = 0;
  let text = "";
  stream.on("response", (head) => status = Number(head[":status"]));
  stream.setEncoding("utf8");
  stream.on("data", (chunk) => text += chunk);
  if (body !== "") stream.end(body);
  await new Promise((resolve, reject) => {
    stream.once("end", resolve);
    stream.once("error", reject);
  });
  return { status, text };
}

tlsTest("HTTP/2 gets answers, refusals and streams", async ({ node }) => {
  await withSession(node, async (session) => {
    const json = { accept: "application/json" };
    const facts = await request(session, { ":path": "/", ...json });
    assertEquals(facts.status, 200);
    assertEquals(JSON.parse(facts.text).name, "sigmesh");
    const refused = await request(
      session,
      { ":path": ROOM, ":method": "POST", ...json },
      "hello",
    );
    assertEquals(refused.status, 401);
    const long = await request(
      session,
      { ":path": ROOM, ":method": "POST", ...json },
      "x".repeat(2000),
    );
    assertEquals(long.status, 413);
    const foreign = await request(session, {
      ...{ ":path": "/", ":authority": "evil.example", ...json },
    });
    assertEquals(foreign.status, 421);
    const stream = session.request({
      ...{ ":path": ROOM, accept: "text/event-stream" },
    });
    stream.setEncoding("utf8");
    const event = await new Promise<string>((resolve) =>
      stream.once("data", resolve)
    );
    assertStringIncludes(event, "event: quote");
    stream.close();
  });
});

tlsTest("HTTP/1.1 over the same port", async ({ node, paths }) => {
  const client = Deno.createHttpClient({
    caCerts: [await Deno.readTextFile(paths.cert)],
    http2: false,
  });
  const response = await fetch(`https://localhost:${node.port}/ip`, {
    client,
    headers: { accept: "application/json" },
  } as RequestInit);
  assertEquals((await response.json()).ip, "127.0.0.1");
  client.close();
});

tlsTest("a renewed certificate is served without a restart", async (secure) => {
  const { node, clock, paths } = secure;
  const before = await servedSerial(node);
  await writeCertificate(paths);
  clock.advance(10_000);
  let after = before;
  for (let tries = 0; after === before && tries < 100; tries++) {
    after = await servedSerial(node);
  }
  assert(after !== before);
});

tlsTest(
  "a stream whose window is closed is dropped, its memory bounded",
  async (secure) => {
    const { node } = secure;
    await withSession(node, async (session) => {
      const stream = session.request({
        ...{ ":path": ROOM, accept: "text/event-stream" },
      });
      stream.on("error", () => {});
      await new Promise((resolve) => stream.once("response", resolve));
      const closed = new Promise((resolve) => stream.once("close", resolve));
      const hash = "ab".repeat(20);
      const { rooms } = node.parts;
      for (let posts = 0; rooms.subscribers > 0 && posts < 200; posts++) {
        rooms.post(hash as never, {
          ...{ id: `${posts}`, body: new Uint8Array(1000) },
          ...{ stamp: "", origin: "" },
        });
        await new Promise((resolve) => setImmediate(resolve));
      }
      assertEquals(rooms.subscribers, 0);
      await closed;
    }, { initialWindowSize: 0 });
  },
);

tlsTest("a session that answers no ping is ended", async ({ node, clock }) => {
  await withSession(node, async (session) => {
    const stream = session.request({
      ...{ ":path": ROOM, accept: "text/event-stream" },
    });
    stream.on("error", () => {});
    await new Promise((resolve) => stream.once("response", resolve));
    const closed = new Promise((resolve) => session.once("close", resolve));
    clock.advance(20_000);
    clock.advance(20_000); // without a turn of the loop no answer can have come
    await closed;
  });
});

tlsTest(
  "of a client over its budget requests are cut off, not the session",
  async ({ node, clock }) => {
    await withSession(node, async (session) => {
      const ask = () =>
        request(session, { ":path": "/ip", accept: "application/json" })
          .then(({ status }) => status, () => "cut off");
      const served = await Promise.all(Array.from({ length: 10 }, ask));
      assertEquals(served, Array(10).fill(200));
      const over = Array.from({ length: 6 }, ask);
      assertEquals(await Promise.all(over.slice(4)), ["cut off", "cut off"]);
      clock.advance(2000);
      assertEquals(await Promise.all(over.slice(0, 4)), Array(4).fill(429));
      assertEquals(session.destroyed, false);
    });
  },
  { maxUnpaidPerIp: 1 },
);
