/** One node and one Chromium, for tests. */

import { assertEquals } from "@std/assert";
import { DEFAULT_CURVE } from "@sigmesh/core";
import type { Browser } from "playwright-core";
import type { Config } from "../config.ts";
import { chromiumMissing, chromiumPath, launchChromium } from "./chromium.ts";
import { startTestNode, type TestNode } from "./test_node.ts";

/** A test with both, at the usual price; ignored where there is no Chromium. */
export function browserTest(
  name: string,
  run: (node: TestNode, browser: Browser) => Promise<void>,
  { config = {}, args = [] }: {
    readonly config?: Partial<Config>;
    readonly args?: readonly string[];
  } = {},
): void {
  Deno.test({
    name: name + chromiumMissing,
    ignore: chromiumPath === undefined,
    async fn() {
      const node = await startTestNode({ curve: DEFAULT_CURVE, ...config });
      const browser = await launchChromium(args);
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
