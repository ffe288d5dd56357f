/** Each page and script of the guide, run in a real browser. */

import { assert } from "@std/assert";
import type { Page } from "playwright-core";
import { stageTest } from "./testing/examples_stage.ts";

const guide = await Deno.readTextFile(
  new URL("../docs/guide.md", import.meta.url),
);

function blocksOf(language: string): string[] {
  return [...guide.matchAll(/^```(\w+).*\n([^]*?)^```/gm)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text!);
}

stageTest("the guide's page makes two windows say hello", async (stage) => {
  const [html] = blocksOf("html");
  stage.add("hello.html", html!);
  const pages = [
    await stage.open("hello.html"),
    await stage.open("hello.html"),
  ];
  await Promise.all(
    pages.map((page) => page.getByText("says hello").waitFor()),
  );
});

stageTest("each script of the guide runs to its end", async (stage) => {
  const scripts = blocksOf("js");
  // Stays in the room and answers what the others ask.
  const host = scripts.find((script) => script.includes("respondWith"))!;
  stage.add("host.html", pageOf(host, { mustMeet: false }));
  await isDone(await stage.open("host.html"));
  assert(scripts.length > 10);
  for (const [i, script] of scripts.entries()) {
    stage.add(`${i}.html`, pageOf(script, { mustMeet: true }));
    const page = await stage.open(`${i}.html`);
    await isDone(page);
    await page.context().close();
  }
});

/** A page that goes on where the guide's first one ends, unless the script joins by itself. */
function pageOf(script: string, { mustMeet }: { mustMeet: boolean }): string {
  const meet = mustMeet
    ? 'await new Promise((met) => room.addEventListener("peerjoin", met));'
    : "";
  const start = /^import /m.test(script) ? "" : `
    import { joinRoom } from "http://localhost:8000/client.js";
    const room = await joinRoom({ app: "my-app" }, "lobby");
    ${meet}`;
  return `<!DOCTYPE html>
    <input type="file">
    <progress></progress>
    <script type="module">
    ${start}
    ${script}
    document.title = "done";
    </script>`;
}

async function isDone(page: Page): Promise<void> {
  await page.waitForFunction(() => document.title === "done");
}
