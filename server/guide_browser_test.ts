/** Each page and script of README, guide and troubleshooting, run in a real browser; the bot in Deno. */

import { assert, assertEquals } from "@std/assert";
import type { Page } from "playwright-core";
import { stageTest } from "./testing/examples_stage.ts";

const [readme, guide, troubleshooting] = await Promise.all(
  ["README.md", "docs/guide.md", "docs/troubleshooting.md"].map((file) =>
    Deno.readTextFile(new URL(`../${file}`, import.meta.url))
  ),
) as [string, string, string];

function blocksOf(text: string, language: string): string[] {
  return [...text.matchAll(/^```(\w+).*\n([^]*?)^```/gm)]
    .filter(([, name]) => name === language)
    .map(([, , text]) => text!);
}

stageTest("each page of README hears another", async (stage) => {
  const pages = blocksOf(readme, "html");
  assertEquals(pages.length, 2);
  for (const [i, said] of [/^hello$/, / is here$/].entries()) {
    stage.add(`${i}.html`, pages[i]!);
    const page = await stage.open(`${i}.html`);
    const heard = page.waitForEvent("console", {
      predicate: (message) => said.test(message.text()),
    });
    await stage.open(`${i}.html`);
    await heard;
  }
});

stageTest("the guide's page makes two windows say hello", async (stage) => {
  const [html] = blocksOf(guide, "html");
  stage.add("hello.html", html!);
  const pages = [
    await stage.open("hello.html"),
    await stage.open("hello.html"),
  ];
  await Promise.all(
    pages.map((page) => page.getByText("says hello").waitFor()),
  );
});

stageTest(
  "each script of guide and troubleshooting runs to its end",
  async (stage) => {
    const scripts = [guide, troubleshooting]
      .flatMap((text) => blocksOf(text, "js"));
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
  },
);

stageTest("the guide's bot answers the guide's page", async (stage) => {
  const bot = blocksOf(guide, "ts").find((text) => text.includes("werift"))!;
  const [html] = blocksOf(guide, "html");
  stage.add("hello.html", html!);
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, stage.adapt(bot));
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--quiet", file],
  }).spawn();
  try {
    const page = await stage.open("hello.html");
    await page.getByText("says You: hello").waitFor();
  } finally {
    child.kill("SIGKILL");
    await child.status;
    await Deno.remove(file);
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
