/** The main job, as its users do it: two browsers, one node, the page at /demo/. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser, BrowserContextOptions } from "playwright-core";
import type { Config } from "./config.ts";
import { Visitor } from "./testing/demo_page.ts";
import { browserTest } from "./testing/node_browser.ts";
import { LOCAL_TURN, type TestNode } from "./testing/test_node.ts";

function demoTest(
  name: string,
  run: (node: TestNode, browser: Browser) => Promise<void>,
  config: Partial<Config> = {},
): void {
  const args = ["--use-fake-device-for-media-stream"];
  browserTest(name, run, { config, args });
}

/** Two who are connected. */
async function meet(
  node: TestNode,
  browser: Browser,
  options: BrowserContextOptions = {},
): Promise<[Visitor, Visitor]> {
  const url = `${node.origin}/demo/#a room`;
  const [ann, ben] = await Promise.all(
    ["Ann", "Ben"].map((name) =>
      Visitor.join(browser, url, { name, ...options })
    ),
  );
  await Promise.all([ann!, ben!].map((one) => one.isTold("to 1 other.")));
  return [ann!, ben!];
}

/** A file on disk, for as long as it is used. */
async function withFile(
  { name, bytes }: { name: string; bytes: Uint8Array },
  use: (path: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    const path = `${folder}/${name}`;
    await Deno.writeFile(path, bytes);
    await use(path);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function hashOf(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes);
  return new Uint8Array(hash).toHex();
}

demoTest(
  "two browsers meet through a node and talk directly, in text",
  async (node, browser) => {
    const ann = await Visitor.join(browser, `${node.origin}/demo/`, {
      name: "Ann",
    });
    await ann.isTold("You are alone here");
    const invitation = await ann.invitation();
    assertMatch(invitation, /\/demo\/#[a-z2-9]{4}(-[a-z2-9]{4}){2}$/);

    const ben = await Visitor.join(browser, invitation, { name: "Ben" });
    await Promise.all(
      [ann, ben].map((visitor) =>
        visitor.isTold("Connected directly to 1 other.")
      ),
    );
    await ann.says("<img src=x onerror=alert(1)> & ☎");
    await ben.hears("<img src=x onerror=alert(1)> & ☎");
    await ben.says("first line\nsecond line");
    await ann.hears("first line second line");

    await ann.row("Ben").filter({ hasText: /direct\s*[\d.]+ ms/ }).waitFor();
    const costs = ann.page.getByRole("table", { name: "What it cost" });
    assertMatch(
      await costs.getByRole("row").last().innerText(),
      /^1[67]\.\d\d\s+[\d.]+ m?s\s+wasm-simd\s+\d+$/,
    );
    assertEquals([...ann.errors, ...ben.errors], []);
  },
);

demoTest(
  "three browsers that come at once all meet, and one that leaves is missed",
  async (node, browser) => {
    const url = `${node.origin}/demo/#all three`;
    const visitors = await Promise.all(
      ["Ann", "Ben", "Cid"].map((name) => Visitor.join(browser, url, { name })),
    );
    const [ann, ben, cid] = visitors as [Visitor, Visitor, Visitor];
    await Promise.all(visitors.map((one) => one.isTold("to 2 others.")));
    await ann.says("to all");
    await Promise.all([ben, cid].map((one) => one.hears("to all")));

    await cid.click("Leave");
    await cid.page.getByRole("status")
      .filter({ hasText: "You have left the room." }).waitFor();
    await Promise.all([ann, ben].map((one) => one.isTold("to 1 other.")));
    await Promise.all([ann, ben].map((one) => one.hears("Cid has left")));
    await cid.click("Join");
    await Promise.all(visitors.map((one) => one.isTold("to 2 others.")));
    assertEquals(visitors.flatMap(({ errors }) => errors), []);
  },
);

demoTest(
  "a file arrives as it was sent, and can be let go",
  async (node, browser) => {
    const [ann, ben] = await meet(node, browser);
    const bytes = new Uint8Array(5 * 1024 * 1024)
      .map((_, i) => i * 31 + (i >> 9));
    const link = ben.page.getByRole("link", { name: "Download sea <b>.bin" });
    await withFile({ name: "sea <b>.bin", bytes }, async (path) => {
      await ann.sends(path);
      await link.waitFor();
      await ann.hears("Sent to 1, 5.2 MB");
    });
    const downloading = ben.page.waitForEvent("download");
    await link.click();
    const arrived = await Deno.readFile(await (await downloading).path());
    assertEquals(await hashOf(arrived), await hashOf(bytes));

    const url = (await link.getAttribute("href"))!;
    await ben.click("Discard sea <b>.bin");
    await ben.hears("Discarded");
    const isGone = await ben.page.evaluate(
      (url) => fetch(url).then(() => false, () => true),
      url,
    );
    assert(isGone);
  },
);

demoTest(
  "a file that is cancelled on its way is missed on both sides",
  async (node, browser) => {
    const [ann, ben] = await meet(node, browser);
    const bytes = new Uint8Array(300_000_000);
    await withFile({ name: "large.bin", bytes }, async (path) => {
      await ann.sends(path);
      await ben.page.getByLabel("Receiving large.bin").waitFor();
      await ann.click("Cancel large.bin");
      await ann.hears("Not sent: It was cancelled");
      await ben.hears("Not received: ");
    });
    assertEquals(
      await ben.page.getByRole("link", { name: "Download" }).count(),
      0,
    );
  },
);

demoTest(
  "a call shows everybody who shows themselves, muted or not, until they hang up",
  async (node, browser) => {
    const [ann, ben] = await meet(node, browser, {
      permissions: ["camera", "microphone"],
    });
    await ann.click("Video call");
    await ben.sees("Ann");
    await ben.click("Video call");
    await ann.sees("Ben");
    await ann.sees("You");

    await ann.click("Mute");
    await ben.tile("Ann, muted").waitFor();
    await ann.click("Camera off");
    await ben.page.locator(".tile.unseen", { hasText: "Ann" }).waitFor();
    await ann.click("Camera on");
    await ben.sees("Ann");

    await ann.click("Hang up");
    await ben.tile("Ann").waitFor({ state: "detached" });
    await ann.page.getByRole("button", { name: "Video call" }).waitFor();
    assertEquals([...ann.errors, ...ben.errors], []);
  },
);

demoTest(
  "who may not use the camera is told where to allow it",
  async (node, browser) => {
    const ann = await Visitor.join(browser, `${node.origin}/demo/`, {
      name: "Ann",
    });
    await ann.isTold("You are alone here");
    await ann.page.context().grantPermissions([]); // all others are denied
    await ann.click("Video call");
    await ann.page.getByRole("status")
      .filter({ hasText: "may not use camera and microphone. Allow it" })
      .waitFor();
  },
);

demoTest(
  "only who knows the password comes in, and no address has it",
  async (node, browser) => {
    const url = `${node.origin}/demo/#vault`;
    const ann = await Visitor.join(browser, url, {
      name: "Ann",
      password: "correct horse",
    });
    await ann.isTold("You are alone here");
    assertEquals(await ann.invitation(), url);
    const eve = await Visitor.join(browser, url, {
      name: "Eve",
      password: "wrong horse",
    });
    await eve.isTold("compare room and password");
    const ben = await Visitor.join(browser, url, {
      name: "Ben",
      password: "correct horse",
    });
    await Promise.all([ann, ben].map((one) => one.isTold("to 1 other.")));
    await eve.isTold("You are alone here");
  },
);

demoTest(
  "who loses the node is told so, and goes on talking",
  async (node, browser) => {
    const [ann, ben] = await meet(node, browser);
    await node.close();
    await Promise.all([ann, ben].map((one) => one.isTold("Lost the node")));
    await ann.isTold("You stay connected to 1 other");
    await ann.says("still here");
    await ben.hears("still here");
  },
);

demoTest(
  "who cannot join is told why, and may try again",
  async (node, browser) => {
    const ann = await Visitor.open(browser, `${node.origin}/demo/#nowhere`);
    await node.close();
    await ann.click("Join");
    await ann.page.getByRole("status")
      .filter({ hasText: "does not answer" }).and(
        ann.page.locator("#lobby-notice"),
      ).waitFor();
    const focused = await ann.page.evaluate(() => document.activeElement?.id);
    assertEquals(focused, "join");
  },
);

demoTest(
  "where no direct path is found a relay is used, and called so",
  async (node, browser) => {
    const url = `${node.origin}/demo/#far apart`;
    const [ann, ben] = await Promise.all(["Ann", "Ben"].map(async (name) => {
      const visitor = await Visitor.open(browser, url);
      await visitor.page.evaluate(() => {
        const { RTCPeerConnection } = globalThis;
        globalThis.RTCPeerConnection = class extends RTCPeerConnection {
          constructor(configuration?: RTCConfiguration) {
            super({ ...configuration, iceTransportPolicy: "relay" });
          }
          override setConfiguration(configuration?: RTCConfiguration) {
            super.setConfiguration({
              ...configuration,
              iceTransportPolicy: "relay",
            });
          }
        };
      });
      await visitor.page.getByLabel("Your name").fill(name);
      await visitor.click("Join");
      return visitor;
    }));
    await ann!.isTold("Connected by a relay to 1 other.");
    await ben!.row("Ann").filter({ hasText: "relayed" }).waitFor();
  },
  { turn: LOCAL_TURN },
);

demoTest(
  "a page that came over plain http says what to open instead",
  async (node, browser) => {
    const page = await (await browser.newContext()).newPage();
    await page.route("http://node.test/**", async (route) => {
      const { pathname } = new URL(route.request().url());
      await route.fulfill({
        response: await route.fetch({ url: node.origin + pathname }),
      });
    });
    await page.goto("http://node.test/demo/");
    await page.getByRole("status")
      .filter({ hasText: "Open it by https" }).waitFor();
    const join = page.getByRole("button", { name: "Join" });
    assertEquals(await join.getAttribute("aria-disabled"), "true");
  },
);

demoTest(
  "the keyboard alone joins, talks and leaves",
  async (node, browser) => {
    const ann = await Visitor.join(browser, `${node.origin}/demo/#keys`, {
      name: "Ann",
    });
    const ben = await Visitor.open(browser, `${node.origin}/demo/#keys`);
    const { page } = ben;
    const focused = () => page.evaluate(() => document.activeElement?.id);
    const goTo = async (id: string) => {
      for (let i = 0; i < 20 && await focused() !== id; i++) {
        await page.keyboard.press("Tab");
      }
      assertEquals(await focused(), id);
    };
    await goTo("name");
    await page.keyboard.type("Ben");
    await page.keyboard.press("Enter");
    assertEquals(await focused(), "title");
    await ben.isTold("to 1 other.");
    await goTo("text");
    await page.keyboard.type("by hand");
    await page.keyboard.press("Enter");
    await ann.hears("by hand");
    assertEquals(await focused(), "text");
    await page.keyboard.press("Shift+Tab"); // the conversation, to be scrolled
    assertEquals(await focused(), "log");
    await page.locator("#leave").focus();
    await page.keyboard.press("Enter");
    assertEquals(await focused(), "join");
  },
);

for (const colorScheme of ["light", "dark"] as const) {
  demoTest(
    `axe finds nothing, and a phone is wide enough, in ${colorScheme}`,
    async (node, browser) => {
      const [ann, ben] = await meet(node, browser, {
        colorScheme,
        viewport: { width: 320, height: 640 },
        permissions: ["camera", "microphone"],
      });
      await ann.says("wide".repeat(100));
      const file = {
        name: `${"wide".repeat(50)}.bin`,
        bytes: new Uint8Array(9),
      };
      await withFile(file, async (path) => {
        await ann.sends(path);
        await ben.page.getByRole("link", { name: /^Download/ }).waitFor();
      });
      await ann.click("Video call");
      await ben.sees("Ann");
      for (const visitor of [ann, ben]) {
        assertEquals(await visitor.findings(), []);
      }
    },
  );
}
