/** Pages in browsers that lack something, or whose policy forbids it. */

import { assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { type ExamplesStage, stageTest } from "./testing/examples_stage.ts";

/** What comes of joining: the engine that paid, or the error. */
const PAGE = `<!DOCTYPE html>
<script type="module">
  import { joinRoom } from "http://localhost:8000/client.js";

  try {
    const room = await joinRoom({ app: "a test" }, "a room");
    const paid = new Promise((resolve) => {
      room.addEventListener("paid", ({ cost }) => resolve(cost.engine));
    });
    room.addEventListener("peerjoin", async () => {
      document.title = "paid by " + await paid;
    });
    document.title = "joined";
  } catch (error) {
    document.title = error.name + ": " + error.message;
  }
</script>`;

function bareTest(
  name: string,
  run: (stage: ExamplesStage) => Promise<void>,
): void {
  stageTest(name, (stage) => {
    stage.add("bare.html", PAGE);
    return run(stage);
  });
}

/** Opens the page without something, and waits until its title says what came of it. */
async function openWithout(
  stage: ExamplesStage,
  what: string,
): Promise<Page> {
  const page = await stage.open("bare.html", { before: `delete ${what};` });
  await page.waitForFunction(() => document.title !== "");
  return page;
}

bareTest(
  "a page pays and meets without Workers, WebAssembly and Web Locks",
  async (stage) => {
    const cases: [string, string][] = [
      ["globalThis.Worker", "wasm-simd"],
      ["globalThis.WebAssembly", "javascript"],
      ["Navigator.prototype.locks", "wasm-simd"],
    ];
    for (const [what, engine] of cases) {
      const page = await openWithout(stage, what);
      assertEquals(await page.title(), "joined", what);
      // It pays for the answer to whoever comes.
      const visitor = await stage.open("bare.html");
      await page.waitForFunction(() => document.title !== "joined");
      assertEquals(await page.title(), `paid by ${engine}`, what);
      await visitor.context().close();
      await page.context().close();
    }
  },
);

bareTest(
  "a page without encryption or WebRTC is told what it needs",
  async (stage) => {
    const cases: [string, RegExp][] = [
      ["Crypto.prototype.subtle", /^NotSupportedError: .* https or localhost/],
      ["globalThis.RTCPeerConnection", /^TypeError: No WebRTC here: pass /],
    ];
    for (const [what, told] of cases) {
      const page = await openWithout(stage, what);
      assertMatch(await page.title(), told);
    }
  },
);
