/** The main job, as its users do it: two browsers, one node, the page at /demo/. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import { DEFAULT_CURVE } from "@sigmesh/core";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "./testing/chromium.ts";
import { startTestNode, type TestNode } from "./testing/test_node.ts";

const MEETING_TIMEOUT_MS = 60_000;
/** The page takes 37 s by its own clock. */
const MEASURING_TIMEOUT_MS = 120_000;

function browserTest(
  name: string,
  run: (node: TestNode, browser: Browser) => Promise<void>,
): void {
  Deno.test({
    name: name + chromiumMissing,
    ignore: chromiumPath === undefined,
    async fn() {
      const node = await startTestNode({ curve: DEFAULT_CURVE });
      const browser = await launchChromium();
      try {
        await run(node, browser);
        assertEquals(node.faults, []);
      } finally {
        await browser.close();
        await node.close();
      }
    },
  });
}

/** A page in a context of its own; what it logs as an error fails the test. */
async function openPage(
  browser: Browser,
  url: string,
  errors: string[],
): Promise<Page> {
  const context = await browser.newContext();
  const page = await context.newPage();
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // A price that moved while its stamp was mined is no error: it is topped up.
    if (/status of 401/.test(message.text())) return;
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url);
  return page;
}

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message", { exact: true }).fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

function hears(page: Page, text: string): Promise<void> {
  return page.getByRole("log").getByText(text).waitFor();
}

function isConnected(page: Page, browsers: string): Promise<void> {
  return page.getByText(`Connected directly to ${browsers}`)
    .waitFor({ timeout: MEETING_TIMEOUT_MS });
}

browserTest(
  "two browsers meet through a node and talk directly",
  async (node, browser) => {
    const errors: string[] = [];
    const first = await openPage(browser, `${node.origin}/demo/`, errors);
    await first.getByText("Waiting for somebody").waitFor();
    const invitation = await first.getByLabel("Address of this room")
      .inputValue();
    assertMatch(invitation, /\/demo\/#[0-9a-f]{40}$/);

    const second = await openPage(browser, invitation, errors);
    await Promise.all(
      [first, second].map((page) => isConnected(page, "1 browser")),
    );
    assertMatch(
      await second.locator("#work").innerText(),
      /^Paid 1\d\.\d\d bits/,
    );

    await say(first, "ahoy from the first");
    await hears(second, "ahoy from the first");
    await say(second, "and from the second ☎");
    await hears(first, "and from the second ☎");
    assertEquals(errors, []);
  },
);

browserTest(
  "three browsers that come at once all meet, and one that leaves is missed",
  async (node, browser) => {
    const errors: string[] = [];
    const url = `${node.origin}/demo/#${"5e".repeat(20)}`;
    const pages = await Promise.all(
      [1, 2, 3].map(() => openPage(browser, url, errors)),
    );
    await Promise.all(pages.map((page) => isConnected(page, "2 browsers")));
    await say(pages[0]!, "to all");
    await Promise.all(pages.slice(1).map((page) => hears(page, "to all")));

    await pages[2]!.close();
    await Promise.all(
      pages.slice(0, 2).map((page) => isConnected(page, "1 browser")),
    );
    assertEquals(errors, []);
  },
);

browserTest(
  "any page can import the library from a node",
  async (node, browser) => {
    const page = await openPage(browser, `${node.origin}/demo/`, []);
    const names = await page.evaluate(async () =>
      Object.keys(await import("/client.js" as string))
    );
    for (const name of ["NodeClient", "openChannel", "NodeRefusalError"]) {
      assert(names.includes(name), name);
    }
  },
);

browserTest(
  "the page at /bench/ measures every engine, and gives the result away",
  async (node, browser) => {
    const errors: string[] = [];
    const page = await openPage(browser, `${node.origin}/bench/`, errors);
    await page.getByLabel("Name of this device").fill("a test");
    await page.getByRole("button", { name: "Measure" }).click();
    const link = page.getByRole("link", { name: "Download the result" });
    await link.waitFor({ timeout: MEASURING_TIMEOUT_MS });
    const downloading = page.waitForEvent("download");
    await link.click();
    const path = await (await downloading).path();
    const report = JSON.parse(await Deno.readTextFile(path));
    assertEquals([report.kind, report.device], ["hash-rates", "a test"]);
    const names = report.rates.map(({ name }: { name: string }) => name);
    const engines = [
      "wasm-simd",
      "wasm-scalar",
      "javascript",
      "hash-wasm",
      "hash-wasm, 80 bytes",
      "hash-wasm, hexadecimal digest",
    ];
    assertEquals(names.slice(0, 7), [...engines, "wasm-simd in workers"]);
    assertEquals(
      names.slice(-6),
      engines.map((engine) => `${engine}, on the page's thread`),
    );
    for (const { median } of report.rates) assert(median > 1e4);
    assertEquals(await page.getByRole("row").count(), report.rates.length + 1);
    assertEquals(errors, []);
  },
);

/** A page of another origin, under a policy of its own. */
async function servePage(
  policy: string,
  use: (origin: string) => Promise<void>,
) {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    () =>
      new Response("<!DOCTYPE html><title>a page</title>", {
        headers: {
          "content-type": "text/html",
          "content-security-policy": policy,
        },
      }),
  );
  try {
    await use(`http://127.0.0.1:${server.addr.port}/`);
  } finally {
    await server.shutdown();
  }
}

/** Posts from a page by the library, and tells what mined and what could not. */
function mine(page: Page, { origin }: TestNode) {
  return page.evaluate(async (origin) => {
    const { NodeClient, solve } = await import(`${origin}/client.js`);
    const { cost } = await new NodeClient(origin).post(
      "ab".repeat(20),
      "hello",
    );
    const { notices } = await solve(new Uint8Array(32), 10, { workers: 1 });
    return { cost, notices } as {
      cost: { engine: string };
      notices: string[];
    };
  }, origin);
}

const UNSAFE_WASM = "'wasm-unsafe-eval'";

browserTest(
  "a page of another origin pays with what its policy allows, and learns what it forbids",
  async (node, browser) => {
    const cases: [string, { engine: string; notices: RegExp[] }][] = [
      [
        `script-src ${node.origin} ${UNSAFE_WASM}; worker-src blob:`,
        { engine: "wasm-simd", notices: [] },
      ],
      [
        `script-src ${node.origin} ${UNSAFE_WASM}; worker-src 'none'`,
        { engine: "wasm-simd", notices: [/Workers do not start/] },
      ],
      [
        `script-src ${node.origin}; worker-src 'none'`,
        {
          engine: "javascript",
          notices: [/need WebAssembly/, /^wasm-simd: /, /^wasm-scalar: /],
        },
      ],
      [
        `script-src ${node.origin}; worker-src blob:`,
        {
          engine: "javascript",
          notices: [/need WebAssembly/, /^wasm-simd: /, /^wasm-scalar: /],
        },
      ],
    ];
    for (const [policy, expected] of cases) {
      await servePage(policy, async (origin) => {
        const page = await openPage(browser, origin, []);
        const { cost, notices } = await mine(page, node);
        assertEquals(cost.engine, expected.engine, policy);
        assertEquals(notices.length, expected.notices.length, notices.join());
        notices.forEach((notice, i) =>
          assertMatch(notice, expected.notices[i]!)
        );
        await page.context().close();
      });
    }
  },
);
