import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { startCutProxy } from "../server/testing/cut_proxy.ts";
import { startTestNode, withTestNode } from "../server/testing/test_node.ts";
import { type Channel, openChannel } from "./channel.ts";
import type { ChannelState } from "./channel_events.ts";
import {
  NodeProtocolError,
  NodeRefusalError,
  NodeUnreachableError,
} from "./errors.ts";

const ROOM = "ab".repeat(20);

/** Collects messages; `reach` resolves when there are so many. */
function listen(channel: Channel) {
  const messages: string[] = [];
  let wake = () => {};
  channel.addEventListener("message", ({ data }) => {
    messages.push(data);
    wake();
  });
  async function reach(count: number): Promise<string[]> {
    while (messages.length < count) {
      await new Promise<void>((resolve) => wake = resolve);
    }
    return messages;
  }
  return { messages, reach };
}

function stateIs(channel: Channel, state: ChannelState): Promise<void> {
  if (channel.state === state) return Promise.resolve();
  return new Promise((resolve) =>
    channel.addEventListener("state", (event) => {
      if (event.state === state) resolve();
    })
  );
}

/** A node behind a TCP proxy, so that a test can break connections. */
async function withProxiedNode(
  run: (
    node: { direct: string; proxied: string; cut: () => void },
  ) => Promise<void>,
): Promise<void> {
  await using proxy = await startCutProxy();
  await withTestNode(async (node) => {
    proxy.leadTo(node.port);
    const { origin: proxied, cut } = proxy;
    await run({ direct: node.origin, proxied, cut });
  }, { allowedHosts: [proxy.host] });
}

Deno.test("two channels of a room hear each other and themselves", async () => {
  await withTestNode(async ({ origin }) => {
    const channels = [1, 2].map(() => openChannel(origin, ROOM));
    const ears = channels.map(listen);
    await Promise.all(channels.map((channel) => channel.ready));
    const posts = [" leading", "line\nline", "☎😀", ""];
    for (const post of posts) await channels[0]!.post(post);
    for (const { reach } of ears) assertEquals(await reach(4), posts);
    for (const channel of channels) channel.close();
  });
});

Deno.test("posts are mined one after the other and arrive in order", async () => {
  await withTestNode(async ({ origin }) => {
    const channel = openChannel(origin, ROOM);
    const { reach } = listen(channel);
    await channel.ready;
    const posts = Array.from({ length: 10 }, (_, i) => `post ${i}`);
    await Promise.all(posts.map((post) => channel.post(post)));
    assertEquals(await reach(10), posts);
    channel.close();
  });
});

Deno.test("a channel knows the price without asking", async () => {
  await withTestNode(async ({ origin }) => {
    const channel = openChannel(origin, ROOM);
    await channel.ready;
    assert(channel.quote!.height >= 8);
    const { token } = await channel.post("x");
    assertEquals(channel.quote!.token, token);
    channel.close();
  });
});

Deno.test("a channel begins with the last seconds when asked to", async () => {
  await withTestNode(async ({ origin }) => {
    const early = openChannel(origin, ROOM);
    await early.ready;
    await early.post("said before");
    early.close();
    const late = openChannel(origin, ROOM, { sinceSeconds: 60 });
    assertEquals(await listen(late).reach(1), ["said before"]);
    late.close();
  });
});

Deno.test("a stream that breaks is opened again, and nothing is lost or doubled", async () => {
  await withProxiedNode(async ({ direct, proxied, cut }) => {
    const speaker = openChannel(direct, ROOM);
    const channel = openChannel(proxied, ROOM);
    const { reach, messages } = listen(channel);
    await Promise.all([speaker.ready, channel.ready]);
    await speaker.post("before");
    await reach(1);

    cut();
    await stateIs(channel, "reconnecting");
    await speaker.post("while away");
    await stateIs(channel, "open");
    await speaker.post("after");
    assertEquals(await reach(3), ["before", "while away", "after"]);
    assertEquals(messages.length, 3);

    channel.close();
    speaker.close();
  });
});

Deno.test("a stream that broke before any message replays by time", async () => {
  await withProxiedNode(async ({ direct, proxied, cut }) => {
    const speaker = openChannel(direct, ROOM);
    const channel = openChannel(proxied, ROOM);
    const { reach } = listen(channel);
    await Promise.all([speaker.ready, channel.ready]);
    cut();
    await stateIs(channel, "reconnecting");
    await speaker.post("while away");
    assertEquals(await reach(1), ["while away"]);
    channel.close();
    speaker.close();
  });
});

Deno.test("a channel waits for a node that is not up yet, and says what is wrong", async () => {
  const down = await startTestNode();
  await down.close();
  const channel = openChannel(down.origin, ROOM);
  const cause = await nextCause(channel);
  assertInstanceOf(cause, NodeUnreachableError);
  assertEquals(channel.state, "connecting");
  const up = await startTestNode({ port: down.port });
  await channel.ready;
  assertEquals(channel.state, "open");
  channel.close();
  await up.close();
});

function nextCause(channel: Channel): Promise<unknown> {
  return new Promise((resolve) =>
    channel.addEventListener("state", ({ cause }) => resolve(cause))
  );
}

/** A channel whose node answers each request for a stream as the test says. */
function channelTo(answer: () => Response): Channel {
  const fetch = () => Promise.resolve(answer());
  return openChannel("http://node.example", ROOM, { fetch });
}

Deno.test("a node that says retry: 0 is not asked without end", async () => {
  const started = performance.now();
  let asked = 0;
  let channel: Channel | undefined;
  await new Promise<void>((resolve) => {
    channel = channelTo(() => {
      if (++asked === 3) resolve();
      const headers = { "content-type": "text/event-stream" };
      return new Response("retry: 0\n\n", { headers });
    });
  });
  assert(performance.now() - started > 400);
  channel!.close();
});

Deno.test("what a proxy says does not close a channel, what is no node does", async () => {
  const blocked = channelTo(() =>
    new Response("<h1>403</h1>", { status: 403 })
  );
  assertInstanceOf(await nextCause(blocked), NodeRefusalError);
  assertEquals(blocked.state, "connecting");
  blocked.close();

  const foreign = channelTo(() => new Response("<h1>Welcome</h1>"));
  await assertRejects(() => foreign.ready, NodeProtocolError);
  assertEquals(foreign.state, "closed");
});

Deno.test("a post that is given up frees its place at once", async () => {
  await withTestNode(async ({ origin }) => {
    const channel = openChannel(origin, ROOM);
    await channel.ready;
    const first = channel.post("first");
    const controller = new AbortController();
    const second = channel.post("second", { signal: controller.signal });
    controller.abort(new Error("not needed"));
    await assertRejects(() => second, Error, "not needed");
    await first;
    channel.close();
  });
});

Deno.test("browsers without withResolvers and AbortSignal.any are served", async () => {
  const { withResolvers } = Promise;
  const { any } = AbortSignal;
  await withTestNode(async ({ origin }) => {
    Reflect.deleteProperty(Promise, "withResolvers");
    Reflect.deleteProperty(AbortSignal, "any");
    try {
      const channel = openChannel(origin, ROOM);
      await channel.ready;
      const { signal } = new AbortController();
      await channel.post("from an older browser", { signal });
      channel.close();
    } finally {
      Object.assign(Promise, { withResolvers });
      Object.assign(AbortSignal, { any });
    }
  });
});

Deno.test("a node that is full is tried again, and says why it refused", async () => {
  await withTestNode(async ({ origin }) => {
    const first = openChannel(origin, ROOM);
    await first.ready;
    const second = openChannel(origin, ROOM);
    const cause = await new Promise<unknown>((resolve) =>
      second.addEventListener("state", (event) => resolve(event.cause))
    );
    assertInstanceOf(cause, NodeRefusalError);
    assertEquals(cause.code, "too-many-subscribers");
    assertEquals(second.state, "connecting");
    second.close();
    first.close();
  }, { maxSubscribers: 1 });
});

Deno.test("where slots run short, a stream is paid for", async () => {
  await withTestNode(async ({ origin }) => {
    const channels = [];
    for (let i = 0; i < 6; i++) {
      const channel = openChannel(origin, ROOM);
      await channel.ready;
      channels.push(channel);
    }
    for (const channel of channels) channel.close();
  }, { maxSubscribers: 6 });
});

Deno.test("what was asked for from before is given to a stream that had to be paid for", async () => {
  await withTestNode(async ({ origin }) => {
    const channels = [];
    for (let i = 0; i < 5; i++) {
      const channel = openChannel(origin, ROOM);
      await channel.ready;
      channels.push(channel);
    }
    await channels[0]!.post("before");
    const late = openChannel(origin, ROOM, { sinceSeconds: 60 });
    const heard = await new Promise<string>((resolve) =>
      late.addEventListener("message", ({ data }) => resolve(data))
    );
    assertEquals(heard, "before");
    for (const channel of [...channels, late]) channel.close();
  }, { maxSubscribers: 6 });
});

Deno.test("no more is asked for than a node holds", async () => {
  await withTestNode(async ({ origin }) => {
    const channel = openChannel(origin, ROOM, { sinceSeconds: 1e9 });
    await channel.ready;
    channel.close();
  });
});

Deno.test("closing ends the stream and what waits to be posted", async () => {
  await withTestNode(async ({ origin }) => {
    const channel = openChannel(origin, ROOM);
    await channel.ready;
    const waiting = channel.post("never");
    channel.close();
    channel.close();
    assertEquals(channel.state, "closed");
    const error = await assertRejects(() => waiting, DOMException);
    assertEquals(error.name, "AbortError");
    await assertRejects(() => channel.post("too late"), DOMException);

    const controller = new AbortController();
    const other = openChannel(origin, ROOM, { signal: controller.signal });
    controller.abort();
    await assertRejects(() => other.ready, DOMException);
    assertEquals(other.state, "closed");
  });
});

Deno.test("more than 64 waiting posts are the caller's mistake", async () => {
  await withTestNode(async ({ origin }) => {
    const channel = openChannel(origin, ROOM);
    await channel.ready;
    const posts = Array.from({ length: 65 }, () => channel.post("x"));
    await assertRejects(() => posts[64]!, RangeError, "await earlier ones");
    channel.close();
    await Promise.allSettled(posts);
  });
});

Deno.test("a room or node that is none is refused at once", () => {
  assertThrows(() => openChannel("http://localhost", "x"), TypeError, "hex");
  assertThrows(() => openChannel("nowhere", ROOM), TypeError);
});

Deno.test("a refusal for good closes the channel", async () => {
  const { promise, resolve } = Promise.withResolvers<Response>();
  const channel = openChannel("http://node.example", ROOM, {
    fetch: () => promise,
  });
  resolve(
    Response.json({
      type: "urn:sigmesh:problem:host-refused",
      title: "Not this node's name",
      status: 421,
      detail: "Start it with --public-url.",
    }, { status: 421 }),
  );
  const error = await assertRejects(() => channel.ready, NodeRefusalError);
  assertEquals(error.code, "host-refused");
  assertEquals(channel.state, "closed");
});
