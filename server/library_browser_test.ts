/** What other pages have of a node: the library, from any origin, and the page at /bench/. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { openPage } from "./testing/demo_page.ts";
import { browserTest } from "./testing/node_browser.ts";
import type { TestNode } from "./testing/test_node.ts";

/** The page takes 37 s by its own clock. */
const MEASURING_TIMEOUT_MS = 120_000;

browserTest(
  "any page can import the library from a node",
  async (node, browser) => {
    const { page } = await openPage(browser, `${node.origin}/demo/`);
    const names = await page.evaluate(async () =>
      Object.keys(await import("/client.js" as string))
    );
    for (const name of ["joinRoom", "openChannel", "NodeClient"]) {
      assert(names.includes(name), name);
    }
  },
);

browserTest(
  "the page at /bench/ measures every engine, and gives the result away",
  async (node, browser) => {
    const { page, errors } = await openPage(browser, `${node.origin}/bench/`);
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
        const { page } = await openPage(browser, origin);
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
