/** An app of Trystero's, with one import changed: two browsers, one node. */

import { assert, assertEquals } from "@std/assert";
import { NodeClient } from "../client/node_client.ts";
import type { Room } from "../client/trystero.ts";
import type { Browser, Page } from "playwright-core";
import { browserTest } from "./testing/node_browser.ts";
import type { TestNode } from "./testing/test_node.ts";

/** What a page keeps, as the functions below left it there. */
interface AppScope {
  joinRoom: (config: Record<string, unknown>, name: string) => Room;
  room: Room;
  /** Who came. */
  peer: Promise<string>;
}

/** A page in a context of its own that has the library, and counts its posts. */
class App {
  readonly page: Page;
  readonly posts: string[] = [];
  /** Where the last one went. */
  room = "";
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.errors.push(error.message));
    page.on("request", (request) => {
      if (request.method() !== "POST") return;
      this.posts.push(request.postData() ?? "");
      this.room = new URL(request.url()).pathname.split("/").at(-1)!;
    });
  }

  static async open(browser: Browser, origin: string): Promise<App> {
    const app = new App(await (await browser.newContext()).newPage());
    await app.page.goto(`${origin}/bench/`); // a quiet page whose policy lets scripts in
    return app;
  }

  /** No node is named: the one that served the library is used. */
  join(config: Record<string, unknown> = {}): Promise<void> {
    return this.page.evaluate(async (config) => {
      const { joinRoom } = await import("/trystero.js" as string);
      const room: Room = joinRoom(
        { appId: "a test", rtcConfig: { iceServers: [] }, ...config },
        "a room",
      );
      const peer = new Promise((resolve) => room.onPeerJoin = resolve);
      Object.assign(globalThis, { room, peer });
    }, config);
  }

  /** Resolves when somebody is connected. */
  peer(): Promise<string> {
    return this.page.evaluate(() => (globalThis as unknown as AppScope).peer);
  }

  leave(): Promise<void> {
    return this.page.evaluate(() =>
      (globalThis as unknown as AppScope).room.leave()
    );
  }
}

/** Greets, and resolves with the other's greeting. */
function greet({ page }: App, greeting: string): Promise<string> {
  return page.evaluate(async (greeting) => {
    const { room, peer } = globalThis as unknown as AppScope;
    const action = room.makeAction<string>("greet");
    const heard = new Promise<string>((resolve) => action.onMessage = resolve);
    await peer;
    await action.send(greeting);
    return heard;
  }, greeting);
}

/** Shows a drawing to whoever is there. */
function show({ page }: App): Promise<void> {
  return page.evaluate(() => {
    const canvas = Object.assign(document.createElement("canvas"), {
      width: 64,
      height: 48,
    });
    const context = canvas.getContext("2d")!;
    setInterval(() => context.fillRect(0, 0, Math.random() * 64, 48), 50);
    const { room } = globalThis as unknown as AppScope;
    room.addStream(canvas.captureStream());
  });
}

/** Resolves with the size of the first picture that is shown. */
function see({ page }: App): Promise<number[]> {
  return page.evaluate(async () => {
    const { room } = globalThis as unknown as AppScope;
    const stream = await new Promise<MediaStream>((resolve) =>
      room.onPeerStream = resolve
    );
    const video = Object.assign(document.createElement("video"), {
      srcObject: stream,
      muted: true,
    });
    const seen = new Promise((resolve) =>
      video.requestVideoFrameCallback(resolve)
    );
    await video.play();
    await seen;
    return [video.videoWidth, video.videoHeight];
  });
}

function appTest(
  name: string,
  run: (first: App, second: App, node: TestNode) => Promise<void>,
): void {
  browserTest(name, async (node, browser) => {
    const apps = await Promise.all(
      [1, 2].map(() => App.open(browser, node.origin)),
    );
    await run(apps[0]!, apps[1]!, node);
    for (const { errors } of apps) assertEquals(errors, []);
  });
}

appTest("two pages exchange an action and a stream", async (first, second) => {
  await Promise.all([first.join(), second.join()]);
  const greetings = await Promise.all([
    greet(first, "ahoy"),
    greet(second, "hello ☎"),
  ]);
  assertEquals(greetings, ["hello ☎", "ahoy"]);
  const picture = see(second);
  await show(first);
  assertEquals(await picture, [64, 48]);
});

appTest(
  "to meet takes few posts, each as long as a post may be",
  async (first, second) => {
    await Promise.all([first.join(), second.join()]);
    await Promise.all([first.peer(), second.peer()]);
    for (const { posts } of [first, second]) {
      assert(posts.length >= 1 && posts.length <= 6, `${posts}`);
      assert(
        posts.every(({ length }) => length > 0 && length <= 1024),
        `${posts}`,
      );
    }
  },
);

appTest("candidates that come one by one meet too", async (first, second) => {
  const config = { trickleIce: true, password: "secret" };
  await Promise.all([first.join(config), second.join(config)]);
  await Promise.all([first.peer(), second.peer()]);
});

appTest("who leaves may come back", async (first, second) => {
  await Promise.all([first.join(), second.join()]);
  await Promise.all([first.peer(), second.peer()]);
  await second.leave();
  await second.join();
  await second.peer();
});

appTest(
  "what strangers post to the room disturbs nobody",
  async (first, second, node) => {
    await first.join();
    await first.page.waitForResponse((answer) => answer.status() === 202);
    const stranger = new NodeClient(node.origin);
    const hostile = ["__proto__", "constructor", "propertyIsEnumerable"]
      .flatMap(
        (
          peerId,
        ) => [{ peerId }, { peerId, offer: "1$AA" }, { peerId, peer: {} }],
      );
    const [address] = first.posts[0]!.split(" ");
    const lines = hostile.map((payload, i) =>
      `${address} ${`${i}`.padStart(8, "0")} 1/1 ${JSON.stringify(payload)}`
    );
    await stranger.post(first.room, lines.join("\n"));
    await stranger.post(first.room, `${"\n".repeat(900)}hello`);
    await second.join();
    await Promise.all([first.peer(), second.peer()]);
  },
);
