/** A channel over several nodes, real ones, which do not share their rooms. */

import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import type { Config } from "../server/config.ts";
import { type CutProxy, startCutProxy } from "../server/testing/cut_proxy.ts";
import { startTestNode, type TestNode } from "../server/testing/test_node.ts";
import { type Channel, openChannel } from "./channel.ts";
import type { ChannelState, ChannelStateEvent } from "./channel_events.ts";
import { NodesUnreachableError, NodeUnreachableError } from "./errors.ts";
import { type Page, thisPage } from "./page.ts";

const ROOM = "cd".repeat(20);

/** Far dearer than {@linkcode TRIVIAL_CURVE}, a tenth of a second. */
const DEAR = { curve: { idleWork: 2 ** 20, fullWork: 2 ** 22 } };

/** Time stands still, so that a busy machine does not make a node seem far away. */
const page: Page = { ...thisPage, now: () => 1_760_000_000_000 };

type Closing = TestNode & AsyncDisposable;

async function node(config: Partial<Config> = {}): Promise<Closing> {
  const started = await startTestNode(config);
  return { ...started, [Symbol.asyncDispose]: () => started.close() };
}

/** A node that can be cut off: close both. */
async function proxiedNode(): Promise<CutProxy> {
  const proxy = await startCutProxy();
  const behind = await startTestNode({ allowedHosts: [proxy.host] });
  proxy.leadTo(behind.port);
  return {
    ...proxy,
    async [Symbol.asyncDispose]() {
      await proxy.kill();
      await behind.close();
    },
  };
}

/** Resolves with the next such change. */
function next(
  channel: Channel,
  isIt: (event: ChannelStateEvent) => boolean,
): Promise<ChannelStateEvent> {
  return new Promise((resolve) =>
    channel.addEventListener("state", function check(event) {
      if (!isIt(event)) return;
      channel.removeEventListener("state", check);
      resolve(event);
    })
  );
}

const becomes = (channel: Channel, state: ChannelState) =>
  next(channel, (event) => event.state === state);

function hears(channel: Channel, text: string): Promise<void> {
  return new Promise((resolve) =>
    channel.addEventListener("message", ({ data }) => {
      if (data === text) resolve();
    })
  );
}

Deno.test("of several nodes the cheapest is used", async () => {
  await using dear = await node(DEAR);
  await using cheap = await node();
  const channel = openChannel([dear.origin, new URL(cheap.origin)], ROOM, {
    page,
  });
  assertEquals(channel.node, undefined);
  await channel.ready;
  assertEquals(channel.node?.origin, cheap.origin);
  assertEquals(
    channel.knownNodes.map(({ origin }) => origin),
    [dear.origin, cheap.origin],
  );
  channel.close();
});

Deno.test("a node that shuts down is left for the next one", async () => {
  await using dear = await node(DEAR);
  await using cheap = await node();
  const channel = openChannel([dear.origin, cheap.origin], ROOM, { page });
  await channel.ready;
  const lost = becomes(channel, "reconnecting");
  const opened = becomes(channel, "open");
  await cheap.close();
  assertInstanceOf((await lost).cause, NodeUnreachableError);
  assertEquals((await opened).node, dear.origin);
  const heard = hears(channel, "here now");
  await channel.post("here now");
  await heard;
  channel.close();
});

Deno.test("a node that dies without a word is left at once", async () => {
  await using proxy = await proxiedNode();
  await using dear = await node(DEAR);
  const channel = openChannel([dear.origin, proxy.origin], ROOM, { page });
  await channel.ready;
  assertEquals(channel.node?.origin, proxy.origin);
  const opened = becomes(channel, "open");
  const diedAt = performance.now();
  await proxy.kill();
  assertEquals((await opened).node, dear.origin);
  assert(performance.now() - diedAt < 400, "less than a wait between tries");
  channel.close();
});

Deno.test("a post whose node dies is paid again at the next one", async () => {
  await using proxy = await proxiedNode();
  await using dear = await node(DEAR);
  const channel = openChannel([dear.origin, proxy.origin], ROOM, { page });
  await channel.ready;
  const heard = hears(channel, "twice paid");
  proxy.swallow();
  const posting = channel.post("twice paid");
  await proxy.kill();
  const { cost } = await posting;
  assert(cost.height >= 20, "the dear node's price");
  await heard;
  channel.close();
});

Deno.test("a post that fails alone moves the stream too", async () => {
  await using dear = await node(DEAR);
  await using cheap = await node();
  const fetch: typeof globalThis.fetch = (url, init) =>
    init?.method === "POST" && `${url}`.startsWith(cheap.origin)
      ? Promise.reject(new TypeError("blocked"))
      : globalThis.fetch(url, init);
  const channel = openChannel([dear.origin, cheap.origin], ROOM, {
    fetch,
    page,
  });
  await channel.ready;
  assertEquals(channel.node?.origin, cheap.origin);
  await channel.post("hello");
  assertEquals(channel.node?.origin, dear.origin);
  channel.close();
});

Deno.test("when no node can be used, each is named with its reason", async () => {
  const gone = await startTestNode();
  await gone.close();
  const website = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () => new Response("<h1>Welcome</h1>"),
  );
  const foreign = `http://127.0.0.1:${website.addr.port}`;
  await using silent = await startCutProxy();
  const nodes = [gone.origin, foreign, silent.origin];
  const channel = openChannel(nodes, ROOM, { timeoutMs: 700 });
  const error = await assertRejects(
    () => channel.ready,
    NodesUnreachableError,
  );
  assertEquals([...error.causes.keys()].sort(), nodes.sort());
  assertStringIncludes(error.message, `${gone.origin} does not answer`);
  assertStringIncludes(error.message, `${foreign} answers, but not as`);
  assertStringIncludes(error.message, `${silent.origin} does not answer`);
  assertStringIncludes(error.message, "no answer in time");
  assertEquals(channel.state, "closed");
  await website.shutdown();
});

Deno.test("a list without a usable name is the caller's mistake", () => {
  assertThrows(() => openChannel([], ROOM), TypeError, "at least one node");
  assertThrows(() => openChannel(["https://a.example", "x"], ROOM), TypeError);
});

Deno.test("a page of https skips http, other than its own machine's, and says so", async () => {
  await using local = await node();
  const page = { ...thisPage, origin: "https://app.example" };
  const used: string[] = [];
  const fetch: typeof globalThis.fetch = (url, init) => {
    used.push(new URL(`${url}`).origin);
    return globalThis.fetch(url, init);
  };
  const nodes = ["http://node.example", local.origin];
  const channel = openChannel(nodes, ROOM, { page, fetch });
  await channel.ready;
  assertEquals(new Set(used), new Set([local.origin]));
  channel.close();

  const none = openChannel("http://node.example", ROOM, { page, fetch });
  const error = await assertRejects(() => none.ready, NodesUnreachableError);
  assertStringIncludes(error.message, "mixed content");
});

Deno.test("nodes that a node names are gone to when it dies", async () => {
  await using other = await node();
  await using proxy = await proxiedNode();
  const hostile = ["", "nowhere", "ftp://x", "http://", proxy.origin];
  const asked = Promise.withResolvers<void>();
  let hasPosted = false;
  const fetch: typeof globalThis.fetch = (url, init) => {
    hasPosted ||= init?.method === "POST";
    if (`${url}` !== `${proxy.origin}/nodes`) {
      return globalThis.fetch(url, init);
    }
    if (hasPosted) asked.resolve(); // what waits for the stream comes first
    return Promise.resolve(Response.json([...hostile, other.origin]));
  };
  const channel = openChannel(proxy.origin, ROOM, { fetch });
  await channel.ready;
  await channel.post("x");
  await asked.promise;
  await new Promise((resolve) => setTimeout(resolve)); // until that is read
  assertEquals(
    channel.knownNodes.map(({ origin }) => origin),
    [proxy.origin, other.origin],
  );
  const opened = becomes(channel, "open");
  await proxy.kill();
  assertEquals((await opened).node, other.origin);
  channel.close();
});

Deno.test("a channel that was told not to ask for others does not", async () => {
  await using only = await node();
  const asked: string[] = [];
  const fetch: typeof globalThis.fetch = (url, init) => {
    asked.push(new URL(`${url}`).pathname);
    return globalThis.fetch(url, init);
  };
  const options = { fetch, discover: false };
  const channel = openChannel(only.origin, ROOM, options);
  await channel.ready;
  await channel.post("x");
  assertEquals(new Set(asked), new Set([`/room/${ROOM}`]));
  channel.close();
});

Deno.test("when all are down, the first to come back is used", async () => {
  const first = await startTestNode();
  const second = await startTestNode();
  const channel = openChannel([first.origin, second.origin], ROOM);
  await channel.ready;
  const left = becomes(channel, "reconnecting");
  await Promise.all([first.close(), second.close()]);
  await left;
  const opened = becomes(channel, "open");
  const back = await startTestNode({ port: second.port });
  assertEquals((await opened).node, second.origin);
  channel.close();
  await back.close();
});

Deno.test("a node's time is known from its quotes", async () => {
  const ahead = 3_600_000;
  const clock = {
    now: () => Date.now() + ahead,
    every: thisPage.every,
  };
  const started = await startTestNode({}, { clock });
  const channel = openChannel(started.origin, ROOM);
  assert(Math.abs(channel.nodeTimeMs() - Date.now()) < 1000);
  await channel.ready;
  const offMs = channel.nodeTimeMs() - Date.now() - ahead;
  assert(Math.abs(offMs) < 2000, `${offMs}`);
  channel.close();
  await started.close();
});
