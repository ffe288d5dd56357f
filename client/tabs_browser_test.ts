/** Channels in real Chromium: several tabs, and a page that is left and come back to. */

import { assertMatch } from "@std/assert";
import type { BrowserContext, Page } from "playwright-core";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "../server/testing/chromium.ts";
import { withTestNode } from "../server/testing/test_node.ts";
import type { Channel } from "./channel.ts";
import { NodeClient } from "./node_client.ts";

const ROOM = "12".repeat(20);

/** What a tab of these tests has in its global scope. */
interface TabScope {
  channel: Channel;
  heard: string[];
  states: string[];
}

/** A tab with a channel; `states` tells how it fared. */
async function openTab(context: BrowserContext, origin: string) {
  const page = await context.newPage();
  await page.goto(`${origin}/bench/`);
  await page.evaluate(async (room) => {
    const { openChannel } = await import("/client.js" as string);
    const scope = globalThis as unknown as TabScope;
    scope.heard = [];
    scope.states = [];
    scope.channel = openChannel(location.origin, room) as Channel;
    scope.channel.addEventListener("message", ({ data }) => {
      scope.heard.push(data);
    });
    scope.channel.addEventListener("state", ({ state, cause }) => {
      scope.states.push(
        `${state} ${cause instanceof Error ? cause.message : ""}`,
      );
    });
  }, ROOM);
  return page;
}

function isOpen(page: Page): Promise<unknown> {
  return page.waitForFunction(() =>
    (globalThis as unknown as TabScope).channel.state === "open"
  );
}

function hears(page: Page, text: string): Promise<unknown> {
  return page.waitForFunction(
    (text) => (globalThis as unknown as TabScope).heard.includes(text),
    text,
  );
}

function post(page: Page, text: string): Promise<unknown> {
  return page.evaluate(
    (text) => (globalThis as unknown as TabScope).channel.post(text),
    text,
  );
}

Deno.test({
  name: "a fifth tab waits for a place, posts all the same, and gets one" +
    chromiumMissing,
  ignore: chromiumPath === undefined,
  async fn() {
    const browser = await launchChromium();
    const context = await browser.newContext();
    await withTestNode(async ({ origin }) => {
      const tabs = [];
      for (let i = 0; i < 4; i++) {
        tabs.push(await openTab(context, origin));
        await isOpen(tabs[i]!);
      }
      const fifth = await openTab(context, origin);
      await fifth.waitForFunction(() =>
        (globalThis as unknown as TabScope).states.length > 0
      );
      const [state] = await fifth.evaluate(() =>
        (globalThis as unknown as TabScope).states
      );
      assertMatch(state!, /^connecting .*close another tab/);

      await post(fifth, "from the fifth");
      for (const tab of tabs) await hears(tab, "from the fifth");

      await tabs[0]!.close();
      await isOpen(fifth);
      await post(tabs[1]!, "to all");
      await hears(fifth, "to all");
      await browser.close();
    });
  },
});

Deno.test({
  name: "a page that pauses when it is left is kept, and hears what was said" +
    chromiumMissing,
  ignore: chromiumPath === undefined,
  async fn() {
    const without = ["--disable-back-forward-cache"];
    const browser = await launchChromium([], { without });
    const context = await browser.newContext();
    await withTestNode(async ({ origin }) => {
      const tab = await openTab(context, origin);
      await isOpen(tab);
      await tab.evaluate(() => {
        const { channel } = globalThis as unknown as TabScope;
        addEventListener("pagehide", () => channel.pause());
        addEventListener("pageshow", () => channel.resume());
      });
      await tab.goto(`${origin}/demo/`);
      await new NodeClient(origin).post(ROOM, "while away");
      await tab.goBack({ waitUntil: "commit" });
      await hears(tab, "while away"); // only a page that was kept has its channel
      await browser.close();
    });
  },
});
