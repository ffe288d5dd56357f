/** A real page that tries to be a node. */

import { assertEquals, assertMatch } from "@std/assert";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "../testing/chromium.ts";
import { startMeshNode } from "../testing/fixed_mesh.ts";
import { LinkPeer } from "../testing/link_peer.ts";

Deno.test({
  name:
    `a page in Chromium cannot open a link, the node's own neither${chromiumMissing}`,
  ignore: chromiumPath === undefined,
  async fn() {
    const node = await startMeshNode();
    const elsewhere = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      () =>
        new Response("<!doctype html>", {
          headers: { "content-type": "text/html" },
        }),
    );
    const browser = await launchChromium();
    const { guests } = node.parts.links!.federation;
    try {
      const page = await browser.newPage();
      const others = `http://127.0.0.1:${elsewhere.addr.port}/`;
      for (const from of [others, `${node.origin}/demo/`]) {
        await page.goto(from);
        const said = page.waitForEvent(
          "console",
          (message) => message.text().includes("/mesh"),
        );
        const told = await page.evaluate((url) => {
          const socket = new WebSocket(url);
          return new Promise<string>((resolve) => {
            socket.onopen = () => resolve("open");
            socket.onerror = () => resolve("refused");
          });
        }, `${node.origin.replace("http", "ws")}/mesh`);
        assertEquals([told, guests.size], ["refused", 0], from);
        // By the node, not by the browser's own rules.
        assertMatch((await said).text(), /Unexpected response code: 400/);
      }
      await using peer = await LinkPeer.dial(node); // who is no page can
      await peer.until("hello");
      assertEquals(guests.size, 1);
    } finally {
      await browser.close();
      await elsewhere.shutdown();
      await node.close();
    }
    assertEquals(node.faults, []);
  },
});
