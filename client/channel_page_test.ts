/** A channel and its page: asleep, offline, kept by the browser, one tab of many. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { startCutProxy } from "../server/testing/cut_proxy.ts";
import { FakeClock } from "../server/testing/fake_clock.ts";
import { withTestNode } from "../server/testing/test_node.ts";
import { type Channel, openChannel } from "./channel.ts";
import type { ChannelState, ChannelStateEvent } from "./channel_events.ts";
import { type Page, thisPage } from "./page.ts";

const ROOM = "ef".repeat(20);

function becomes(
  channel: Channel,
  state: ChannelState,
): Promise<ChannelStateEvent> {
  return new Promise((resolve) =>
    channel.addEventListener("state", (event) => {
      if (event.state === state) resolve(event);
    })
  );
}

function hears(channel: Channel, text: string): Promise<void> {
  return new Promise((resolve) =>
    channel.addEventListener("message", ({ data }) => {
      if (data === text) resolve();
    })
  );
}

/**
 * A channel whose stream has stopped without a word, and what was said since;
 * `run` wakes its page.
 */
async function withDeafChannel(
  run: (page: { clock: FakeClock; events: EventTarget }) => void,
): Promise<void> {
  const clock = new FakeClock();
  const events = new EventTarget();
  const page: Page = {
    ...thisPage,
    events,
    now: () => clock.now(),
    every: (intervalMs, task) => clock.every(intervalMs, task),
  };
  await using proxy = await startCutProxy();
  await withTestNode(async (node) => {
    proxy.leadTo(node.port);
    const speaker = openChannel(node.origin, ROOM);
    // Whatever else it asked would leave a connection to stand still and be used again.
    const options = { page, discover: false };
    const channel = openChannel(proxy.origin, ROOM, options);
    await Promise.all([speaker.ready, channel.ready]);
    const lost: unknown[] = [];
    becomes(channel, "reconnecting").then(({ cause }) => lost.push(cause));
    const heard = hears(channel, "while away");

    proxy.freeze();
    await speaker.post("while away");
    assertEquals(channel.state, "open");
    run({ clock, events });
    await heard;

    assertEquals(lost.length, 1);
    channel.close();
    speaker.close();
  }, { allowedHosts: [proxy.host] });
}

Deno.test("a page that is online again hears at once what it missed", async () => {
  await withDeafChannel(({ events }) => {
    events.dispatchEvent(new Event("online"));
  });
});

Deno.test("so does one that the browser had kept", async () => {
  await withDeafChannel(({ events }) => {
    const shown = Object.assign(new Event("pageshow"), { persisted: true });
    events.dispatchEvent(shown);
  });
});

Deno.test("so does one that slept, though timers stood still", async () => {
  await withDeafChannel(({ clock }) => {
    clock.sleep(36_000);
    clock.advance(5000);
  });
});

Deno.test("a stream that outlived a short sleep is kept", async () => {
  const clock = new FakeClock();
  const page: Page = {
    ...thisPage,
    now: () => clock.now(),
    every: (intervalMs, task) => clock.every(intervalMs, task),
  };
  await withTestNode(async ({ origin }) => {
    const channel = openChannel(origin, ROOM, { page });
    await channel.ready;
    const states: ChannelState[] = [];
    channel.addEventListener("state", ({ state }) => states.push(state));
    clock.sleep(20_000);
    clock.advance(5000);
    const heard = hears(channel, "still here");
    await channel.post("still here");
    await heard;
    assertEquals(states, []);
    channel.close();
  });
});

Deno.test("a channel that is paused hears nothing until it is resumed, then everything", async () => {
  await withTestNode(async ({ origin }) => {
    const speaker = openChannel(origin, ROOM);
    const channel = openChannel(origin, ROOM);
    await Promise.all([speaker.ready, channel.ready]);
    const heard: string[] = [];
    channel.addEventListener("message", ({ data }) => heard.push(data));

    channel.pause();
    channel.pause();
    assertEquals(channel.state, "paused");
    await speaker.post("meanwhile");
    await channel.post("posting needs no stream");
    globalThis.dispatchEvent(new Event("online"));
    await speaker.post("still paused");
    assertEquals([channel.state, heard], ["paused", []]);

    const last = hears(channel, "still paused");
    channel.resume();
    assertEquals(channel.state, "reconnecting");
    await last;
    assertEquals(heard, [
      "meanwhile",
      "posting needs no stream",
      "still paused",
    ]);
    assertEquals(channel.state, "open");
    channel.resume();
    channel.close();
    channel.pause();
    assertEquals(channel.state, "closed");
    speaker.close();
  });
});

Deno.test("a pause does not count as time to open in", async () => {
  await using silent = await startCutProxy();
  const options = { timeoutMs: 50 };
  const channel = openChannel(silent.origin, ROOM, options);
  channel.pause();
  await new Promise((resolve) => setTimeout(resolve, 120));
  assertEquals(channel.state, "paused");
  channel.resume();
  await assertRejects(() => channel.ready);
  assertEquals(channel.state, "closed");
});

/** A browser's page: it has locks, which Deno has too. */
const { locks } = navigator as unknown as { locks: LockManager };
const tab: Page = { ...thisPage, locks };

async function openFour(origin: string): Promise<Channel[]> {
  const channels = [];
  for (let i = 0; i < 4; i++) {
    const channel = openChannel(origin, ROOM, { page: tab });
    await channel.ready;
    channels.push(channel);
  }
  return channels;
}

Deno.test("a fifth stream to http waits for a place, and says so", async () => {
  await withTestNode(async ({ origin }) => {
    const [first, ...others] = await openFour(origin);
    const fifth = openChannel(origin, ROOM, { page: tab });
    const { cause } = await becomes(fifth, "connecting");
    assert(cause instanceof Error && cause.message.includes("another tab"));
    first!.pause();
    await fifth.ready;
    for (const channel of [first!, ...others, fifth]) channel.close();
  });
});

Deno.test("a fifth stream goes to another node where there is one", async () => {
  await withTestNode(async (full) => {
    await withTestNode(async (other) => {
      const channels = await openFour(full.origin);
      const page = { ...tab, random: () => 0 };
      const nodes = [full.origin, other.origin];
      const fifth = openChannel(nodes, ROOM, { page });
      await fifth.ready;
      assertEquals(fifth.node?.origin, other.origin);
      for (const channel of [...channels, fifth]) channel.close();
    }, { curve: { idleWork: 2 ** 16, fullWork: 2 ** 22 } });
  });
});
