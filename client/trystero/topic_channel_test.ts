import { assert, assertEquals, assertRejects } from "@std/assert";
import { startTestNode, withTestNode } from "../../server/testing/test_node.ts";
import { openChannel } from "../channel.ts";
import { TopicChannel } from "./topic_channel.ts";

const ROOM = "ab".repeat(32);
const LONG = JSON.stringify("x".repeat(5000));
const still = () => 0;

function meet(origin: string): TopicChannel {
  return new TopicChannel(() => openChannel(origin, ROOM), still);
}

/** Collects what a topic brings; `reach` resolves when it is so much. */
function listen(channel: TopicChannel, topic: string) {
  const heard: string[] = [];
  let wake = () => {};
  const stop = channel.listen(topic, (of, text) => {
    heard.push(`${of}: ${text}`);
    wake();
  });
  async function reach(count: number): Promise<string[]> {
    while (heard.length < count) {
      await new Promise<void>((resolve) => wake = resolve);
    }
    return heard;
  }
  return { stop, reach };
}

Deno.test("each topic hears its own messages, short and long ones", async () => {
  await withTestNode(async ({ origin }) => {
    const [first, second] = [meet(origin), meet(origin)];
    const [root, inbox] = [listen(second, "root"), listen(second, "inbox")];
    await Promise.all([first.ready(), second.ready()]);
    await first.publish("root", '"hello"');
    await first.publish("elsewhere", '"unheard"');
    await first.publish("inbox", LONG);
    await first.publish("root", '"bye"');
    assertEquals(await root.reach(2), ['root: "hello"', 'root: "bye"']);
    assertEquals(await inbox.reach(1), [`inbox: ${LONG}`]);
    first.close();
    second.close();
  });
});

Deno.test("messages that wait for a post to be mined go together in the next", async () => {
  await withTestNode(async ({ origin }) => {
    const raw = openChannel(origin, ROOM);
    const posts: number[] = [];
    raw.addEventListener(
      "message",
      ({ data }) => posts.push(data.split("\n").length),
    );
    const channel = meet(origin);
    const { reach } = listen(channel, "root");
    await Promise.all([raw.ready, channel.ready()]);
    const texts = ["1", "2", "3", "4", "5"];
    await Promise.all(texts.map((text) => channel.publish("root", text)));
    assertEquals(await reach(5), texts.map((text) => `root: ${text}`));
    await raw.post("end");
    assertEquals(posts.slice(0, 2), [1, 4]);
    channel.close();
    raw.close();
  });
});

Deno.test("a topic that nobody listens to any more is heard no more", async () => {
  await withTestNode(async ({ origin }) => {
    const channel = meet(origin);
    const [root, inbox] = [listen(channel, "root"), listen(channel, "inbox")];
    await channel.ready();
    root.stop();
    assert(!channel.isDeserted);
    await channel.publish("root", "1");
    await channel.publish("inbox", "2");
    assertEquals(await inbox.reach(1), ["inbox: 2"]);
    assertEquals(await root.reach(0), []);
    inbox.stop();
    assert(channel.isDeserted);
    channel.close();
  });
});

Deno.test("what cannot be posted is rejected, and what follows is not", async () => {
  await withTestNode(async ({ origin }) => {
    const channel = meet(origin);
    await channel.ready();
    await assertRejects(
      () => channel.publish("root", "x".repeat(16_000)),
      RangeError,
      "at most",
    );
    const all = Promise.all(
      Array.from({ length: 256 }, () => channel.publish("root", LONG)),
    );
    all.catch(() => {});
    await assertRejects(
      () => channel.publish("root", "1"),
      RangeError,
      "256 messages are waiting",
    );
    channel.close();
    await assertRejects(() => all, DOMException, "closed");
  });
});

Deno.test("a channel that has ended is opened again", async () => {
  await withTestNode(async ({ origin }) => {
    const opened: ReturnType<typeof openChannel>[] = [];
    const channel = new TopicChannel(() => {
      opened.push(openChannel(origin, ROOM));
      return opened.at(-1)!;
    }, still);
    const { reach } = listen(channel, "root");
    await channel.ready();
    opened[0]!.close();
    await channel.ready();
    assertEquals(opened.length, 2);
    await channel.publish("root", LONG);
    assertEquals(await reach(1), [`root: ${LONG}`]);
    channel.close();
  });
});

Deno.test("a node that forgot the room is a loss that is told", async () => {
  const node = await startTestNode();
  const channel = meet(node.origin);
  const { reach } = listen(channel, "root");
  await channel.ready();
  await channel.publish("root", "1");
  await reach(1);
  const lost = new Promise<void>((resolve) => channel.onLoss = resolve);
  await node.close();
  const again = await startTestNode({ port: node.port });
  await lost;
  channel.close();
  await again.close();
});
