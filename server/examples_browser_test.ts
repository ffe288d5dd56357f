/** The examples, run as their first lines say, in real browsers. */

import { assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { EXAMPLES, stageTest } from "./testing/examples_stage.ts";

async function say(page: Page, text: string): Promise<void> {
  await page.getByLabel("Message").fill(text);
  await page.getByRole("button", { name: "Send" }).click();
}

function see(page: Page, text: string | RegExp): Promise<void> {
  return page.getByText(text).waitFor();
}

stageTest("chat.html: two talk, and a file arrives", async (stage) => {
  const first = await stage.open("chat.html");
  await see(first, "joined; 0 others are here");
  const second = await stage.open(first.url());
  await Promise.all(
    [first, second].map((page) => see(page, "joined; 1 others are here")),
  );
  await say(second, "ahoy ☎");
  await see(first, ": ahoy ☎");

  const bytes = crypto.getRandomValues(new Uint8Array(60_000));
  await first.getByLabel("File to all").setInputFiles({
    name: "noise.bin",
    mimeType: "application/octet-stream",
    buffer: Buffer.from(bytes),
  });
  await see(first, "me: noise.bin has arrived");
  const downloading = second.waitForEvent("download");
  await second.getByRole("link", { name: "noise.bin" }).click();
  const path = await (await downloading).path();
  assertEquals(await Deno.readFile(path), bytes);

  await second.close();
  await see(first, "joined; 0 others are here");
});

stageTest("chat.html can be opened as a file", async (stage) => {
  const folder = await Deno.makeTempDir();
  try {
    const file = `${folder}/chat.html`;
    const text = await Deno.readTextFile(new URL("chat.html", EXAMPLES));
    await Deno.writeTextFile(file, stage.adapt(text));
    const first = await stage.open(`file://${file}`);
    await see(first, "joined; 0 others are here");
    const second = await stage.open(first.url());
    await say(second, "from a file");
    await see(first, "joined; 1 others are here");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

stageTest(
  "bot.ts greets and answers a visitor of chat.html",
  async (stage) => {
    const visitor = await stage.open("chat.html#lobby");
    await see(visitor, "joined; 0 others are here");
    const bot = new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-check"],
        fileURLToPath(new URL("bot.ts", EXAMPLES)),
        ...[stage.node.origin, "lobby"],
      ],
      stdout: "null",
    }).spawn();
    try {
      await see(visitor, ": Hello, I am a bot. Say something.");
      await say(visitor, "what?");
      await see(visitor, ": You said: what?");
      bot.kill("SIGINT");
      assertEquals((await bot.status).code, 0);
      await see(visitor, "joined; 0 others are here");
    } finally {
      try {
        bot.kill("SIGKILL");
      } catch {
        // it has ended
      }
      await bot.status;
    }
  },
);

stageTest(
  "video.html: two see each other, also who comes later",
  async (stage) => {
    const first = await stage.open("video.html");
    await first.getByRole("button", { name: "Show my camera" }).click();
    await playing(first, 1);
    const second = await stage.open(first.url());
    await playing(second, 1);
    await second.getByRole("button", { name: "Show my camera" }).click();
    await Promise.all([playing(first, 2), playing(second, 2)]);
    await second.close();
    await playing(first, 1);
  },
);

/** Resolves when the page has exactly so many videos, and all show a picture. */
async function playing(page: Page, count: number): Promise<void> {
  await page.waitForFunction((count) => {
    const videos = [...document.querySelectorAll("video")];
    return videos.length === count &&
      videos.every(({ videoWidth }) => videoWidth > 0);
  }, count);
}

stageTest(
  "shared_text.html: two write at once, and a third gets it all",
  async (stage) => {
    const first = await stage.open("shared_text.html");
    await first.getByLabel("Text").fill("hello world");
    const second = await stage.open(first.url());
    await holding(second, "hello world");
    await Promise.all([
      typeAt(first, "Control+Home", "oh, "),
      typeAt(second, "Control+End", "!"),
    ]);
    await holding(first, "oh, hello world!");
    await holding(second, "oh, hello world!");
    const third = await stage.open(first.url());
    await holding(third, "oh, hello world!");
  },
);

async function typeAt(page: Page, place: string, text: string): Promise<void> {
  await page.getByLabel("Text").press(place);
  await page.keyboard.insertText(text);
}

/** Resolves when the page's text is this one. */
async function holding(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (text) => document.querySelector("textarea")!.value === text,
    text,
  );
}

stageTest(
  "own_connection.html: two connect by what they post themselves",
  async (stage) => {
    const first = await stage.open("own_connection.html");
    await see(first, "Waiting for somebody");
    const second = await stage.open(first.url());
    await Promise.all([first, second].map((page) => see(page, "Connected")));
    await say(first, "ahoy");
    await see(second, "they: ahoy");
    await second.close();
    await see(first, "They left");
  },
);

stageTest(
  "trystero.html: an app of Trystero's meets by a node",
  async (stage) => {
    const first = await stage.open("trystero.html#a-room");
    const second = await stage.open("trystero.html#a-room");
    await Promise.all([first, second].map((page) => see(page, / came$/)));
    await say(first, "ahoy");
    await see(second, /: ahoy$/);
  },
);
