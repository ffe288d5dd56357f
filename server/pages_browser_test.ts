/** The pages for people, in a real browser: accessible, in any width and light, with and without JavaScript. */

import { AxeBuilder } from "@axe-core/playwright";
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import type { Config } from "./config.ts";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "./testing/chromium.ts";
import { startPrivateDht } from "./testing/private_dht.ts";
import { LOCAL_TURN, localDht, withTestNode } from "./testing/test_node.ts";

const ROOM = `/room/${"5e".repeat(20)}`;
/** Contrast depends on the scheme, overflow on the width: both are seen in two looks. */
const LOOKS: readonly BrowserContextOptions[] = [
  { colorScheme: "light", viewport: { width: 1200, height: 800 } },
  { colorScheme: "dark", viewport: { width: 360, height: 740 } },
];

function browserTest(
  name: string,
  run: (origin: string, browser: Browser) => Promise<void>,
  config: Partial<Config> = {},
): void {
  Deno.test({
    name: name + chromiumMissing,
    ignore: chromiumPath === undefined,
    fn: () =>
      withTestNode(async ({ origin }) => {
        const browser = await launchChromium();
        try {
          await run(origin, browser);
        } finally {
          await browser.close();
        }
      }, config),
  });
}

/** Serious and critical findings of axe-core, one line each. */
async function findingsOf(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

async function assertAccessible(page: Page, name: string): Promise<void> {
  const overflow = await page.evaluate(() =>
    document.documentElement.scrollWidth - innerWidth
  );
  assert(overflow <= 0, `${name} is ${overflow} px too wide`);
  assertEquals(await findingsOf(page), [], name);
}

/** A page of its own, and what it logs as an error. */
async function open(browser: Browser, url: string) {
  const page = await (await browser.newContext()).newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url);
  return { page, errors };
}

async function isOpen(page: Page): Promise<void> {
  await page.getByRole("status").filter({ hasText: /^Open: / })
    .waitFor();
}

async function payFor(page: Page, text: string): Promise<void> {
  await page.getByLabel("Post", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Pay and send" }).click();
}

/** Pages, and what is done there before they are looked at. */
const PAGES: Record<string, (page: Page) => Promise<void>> = {
  "/": async (page) => await page.getByText("as a table").click(),
  [ROOM]: async (page) => {
    await isOpen(page);
    await payFor(page, "wide".repeat(200));
    await page.getByText("Accepted, status 202").waitFor();
    await page.getByRole("log").getByText("wide").first().waitFor();
  },
  "/token": async (page) => {
    await page.getByRole("button", { name: "Pay and send" }).click();
    await page.getByText("Accepted, status 200").waitFor();
  },
  "/dht-get": async () => {},
  "/nowhere": async () => {},
  "/nodes": async () => {},
  "/ip": async () => {},
  "/health": async () => {},
  "/demo/": async (page) => {
    await assertAccessible(page, "the demo's lobby");
    await page.getByRole("button", { name: "Join" }).click();
    await page.getByText("You are alone here").waitFor();
  },
  "/bench/": async () => {},
};

browserTest(
  "no page has a serious fault for any reader, in light and dark, on desk and phone",
  async (origin, browser) => {
    for (const look of LOOKS) {
      const context = await browser.newContext(look);
      for (const [path, prepare] of Object.entries(PAGES)) {
        const page = await context.newPage();
        await page.goto(origin + path);
        await prepare(page);
        await assertAccessible(page, `${path} ${JSON.stringify(look)}`);
        await page.close();
      }
      await context.close();
    }
  },
  {
    contact: "ops@node.example",
    terms: "https://node.example/terms",
    turn: LOCAL_TURN,
  },
);

browserTest(
  "a TURN credential is bought and renewed in the page",
  async (origin, browser) => {
    const { page, errors } = await open(browser, `${origin}/token`);
    const body = page.getByLabel("Body");
    const send = page.getByRole("button", { name: "Pay and send" });
    const username = page.locator("dt:text-is('Username') + dd");
    await send.click();
    await page.getByText("Accepted, status 200").waitFor();
    const bought = await username.innerText();
    assertMatch(bought, /^\d{10}:[\w-]{16}$/);
    const credential = await page.locator("dt:text-is('Credential') + dd")
      .innerText();
    await body.fill(JSON.stringify({ renew: bought, credential }));
    // The browser may have let go of what the page has read already.
    const renewed = Promise.withResolvers<{ username: string }>();
    await page.route(/pow=/, async (route) => {
      const response = await route.fetch();
      renewed.resolve(await response.json());
      await route.fulfill({ response });
    }, { times: 1 });
    await send.click();
    assertEquals((await renewed.promise).username, bought);
    await body.fill("renew it");
    await send.click();
    await page.getByText("Leave it empty, or write").waitFor();
    assertEquals(errors.filter((error) => !error.includes("401")), []);
  },
  { turn: LOCAL_TURN },
);

browserTest(
  "a refusal to take an unpaid post is a page that leads to paying",
  async (origin, browser) => {
    const page = await (await browser.newContext()).newPage();
    await page.route(
      origin + ROOM,
      (route) => route.continue({ method: "POST", postData: "hello" }),
      { times: 1 },
    );
    await page.goto(origin + ROOM);
    await page.getByRole("heading", { name: "Proof of work required" })
      .waitFor();
    await assertAccessible(page, "401");
    await page.getByRole("link", { name: "Let your browser pay" }).click();
    await page.getByRole("button", { name: "Pay and send" }).waitFor();
  },
);

browserTest(
  "a post made in one page appears in another, as text",
  async (origin, browser) => {
    const [sender, reader] = [
      await open(browser, origin + ROOM),
      await open(browser, origin + ROOM),
    ];
    await isOpen(reader.page);
    const text = "<img src=x onerror=alert(1)> & ☎\nsecond line";
    await payFor(sender.page, text);
    const message = reader.page.getByRole("log").getByRole("listitem");
    await message.waitFor();
    const id = await sender.page.locator("dt:text-is('Id') + dd").innerText();
    assertEquals(await message.locator("code").innerText(), id);
    assertEquals(await message.locator("bdi").textContent(), text);
    assertMatch(
      await sender.page.locator("dt:text-is('Engine') + dd").innerText(),
      /^wasm-simd, /,
    );
    assertEquals([...sender.errors, ...reader.errors], []);
  },
);

browserTest(
  "the keyboard alone reaches the form, pays and stays at the button",
  async (origin, browser) => {
    const { page } = await open(browser, origin + ROOM);
    await isOpen(page);
    const focused = () => page.evaluate(() => document.activeElement?.id);
    for (let i = 0; await focused() !== "pay-body"; i++) {
      assert(i < 20, "the form is not reached");
      await page.keyboard.press("Tab");
    }
    await page.keyboard.press("Control+A");
    await page.keyboard.type("by keyboard");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Accepted, status 202").waitFor();
    await page.getByRole("log").getByText("by keyboard").waitFor();
    assertEquals(await focused(), "pay-send");
  },
);

browserTest(
  "a post that cannot be made is answered in words",
  async (origin, browser) => {
    const { page } = await open(browser, origin + ROOM);
    await payFor(page, "é".repeat(513));
    await page.getByText("A post has at most 1024 bytes, got 1026").waitFor();
    await page.route(/pow=/, (route) => route.abort());
    await payFor(page, "hello");
    await page.getByText("does not answer").waitFor();
  },
);

browserTest(
  "a price that takes long shows its progress and can be stopped",
  async (origin, browser) => {
    const { page } = await open(browser, origin + ROOM);
    await page.route(origin + ROOM, async (route) => {
      const answer = await route.fetch();
      const facts = { ...await answer.json(), height: 26 }; // seconds of mining
      await route.fulfill({ json: facts });
    });
    await page.route(/pow=/, () => {}); // it may be paid before it is stopped
    await payFor(page, "hello");
    await page.getByText("% of the average work").waitFor();
    await assertAccessible(page, "while paying");
    const stop = page.getByRole("button", { name: "Stop" });
    await stop.focus();
    await page.keyboard.press("Enter");
    await page.getByText("Stopped: nothing more is sent.").waitFor();
    assertEquals(
      await page.evaluate(() => document.activeElement?.id),
      "pay-send",
    );
  },
);

browserTest(
  "a reader who is turned away is told why, and let in when there is space",
  async (origin, browser) => {
    const first = await open(browser, origin + ROOM);
    await isOpen(first.page);
    const second = await open(browser, origin + ROOM);
    await second.page.getByText("Lost, connecting again. Your address holds")
      .waitFor();
    await assertAccessible(second.page, "turned away");
    await first.page.close();
    await isOpen(second.page);
  },
  { maxSubscribersPerIp: 1 },
);

browserTest(
  "a stream that falls silent is opened anew, and repeats nothing",
  async (origin, browser) => {
    const page = await (await browser.newContext()).newPage();
    await page.clock.install();
    await page.goto(origin + ROOM);
    await isOpen(page);
    await payFor(page, "once");
    const message = page.getByRole("log").getByText("once");
    await message.waitFor();
    const again = page.waitForResponse(/since=/);
    await page.clock.fastForward(35_000);
    assertEquals((await again).status(), 200);
    await payFor(page, "later");
    await page.getByRole("log").getByText("later").waitFor();
    assertEquals(await message.count(), 1);
  },
);

browserTest(
  "the log is bounded, and a stream that ends is told",
  async (origin, browser) => {
    const page = await (await browser.newContext()).newPage();
    const events = Array.from(
      { length: 300 },
      (_, i) => `id: m${i}\ndata: message ${i}\n\n`,
    );
    const again = "id: m299\ndata: message 299\n\n";
    await page.route(/since=/, (route) =>
      route.fulfill({
        contentType: "text/event-stream",
        body: `retry: 600000\n${events.join("")}${again}`,
      }));
    await page.goto(origin + ROOM);
    await page.getByText("Lost, connecting again").waitFor();
    const lines = page.getByRole("log").getByRole("listitem");
    assertEquals(await lines.count(), 200);
    assertMatch((await lines.last().textContent())!, /message 299$/);
    assertMatch((await lines.first().textContent())!, /message 100$/);
  },
);

/**
 * What a reader without JavaScript is shown, in a page in which axe-core can
 * run: there, a noscript element would be empty.
 */
async function assertAccessibleAsIs(
  page: Page,
  { browser, name }: { browser: Browser; name: string },
): Promise<void> {
  const html = (await page.content()).replaceAll("noscript>", "div>")
    .replaceAll(/<script[^>]*><\/script>/g, "");
  const scripted = await (await browser.newContext()).newPage();
  await scripted.setContent(html);
  await assertAccessible(scripted, name);
}

browserTest(
  "status and room are whole without JavaScript",
  async (origin, browser) => {
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.goto(origin);
    await page.getByRole("heading", { name: "Serving." }).waitFor();
    assertEquals(await page.getByRole("img").count(), 3);
    await assertAccessibleAsIs(page, { browser, name: "/" });
    await page.getByRole("link", { name: "Open a new room" }).click();
    await page.locator("noscript p").waitFor();
    await page.getByText("pow=STAMP").waitFor();
    assert(await page.getByRole("button").count() === 0);
    await assertAccessibleAsIs(page, { browser, name: "room" });
  },
);

Deno.test({
  name: "an item of the DHT is put and got in the pages" + chromiumMissing,
  ignore: chromiumMissing !== "",
  async fn() {
    const dht = await startPrivateDht();
    await withTestNode(async ({ origin, parts }) => {
      await parts.dht!.joined;
      const browser = await launchChromium();
      const put = await open(browser, `${origin}/dht-put`);
      await put.page.getByRole("button", { name: "Pay and send" }).click();
      await put.page.getByText("Stored, status 200").waitFor();
      await assertAccessible(put.page, "/dht-put");
      const got = await open(browser, `${origin}/dht-get`);
      await got.page.getByRole("button", { name: "Pay and send" }).click();
      await got.page.getByText("Found, status 200").waitFor();
      await got.page.getByText("Hello World!").waitFor();
      const errors = [...put.errors, ...got.errors];
      assertEquals(errors.filter((error) => !error.includes("401")), []);
      await browser.close();
    }, { dht: localDht(dht.bootstrap) });
    await dht.close();
  },
});
