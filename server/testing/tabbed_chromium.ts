/**
 * A Chromium whose tabs are those of people: one in front, the others hidden
 * and throttled. Pages that playwright opens itself are all kept in front.
 */

import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM_ARGS, chromiumPath } from "./chromium.ts";
import type { BrowserProcess } from "./room_page.ts";

/** A browser with one tab. */
export interface TabbedChromium extends BrowserProcess {
  readonly page: Page;
  /** Opens another tab before it. */
  cover(): Promise<void>;
}

/** Starts one. */
export async function startTabbedChromium(
  more: readonly string[] = [],
): Promise<TabbedChromium> {
  const profile = await Deno.makeTempDir();
  const child = new Deno.Command(chromiumPath!, {
    args: [
      ...[...CHROMIUM_ARGS, ...more, "--headless", "--no-first-run"],
      ...["--remote-debugging-port=0", `--user-data-dir=${profile}`],
      "about:blank",
    ],
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const errors = child.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const browser: Browser = await chromium.connectOverCDP(
    await readEndpoint(errors),
    { noDefaults: true },
  );
  const drained = drain(errors);
  const [context] = browser.contexts();
  const [page] = context!.pages();
  return {
    pid: child.pid,
    page: page!,
    async cover() {
      await context!.newPage();
    },
    async close() {
      await browser.close();
      child.kill("SIGTERM");
      await Promise.all([child.status, drained]);
      await Deno.remove(profile, { recursive: true });
    },
  };
}

type TextReader = ReadableStreamDefaultReader<string>;

async function readEndpoint(errors: TextReader): Promise<string> {
  let said = "";
  while (true) {
    const { done, value } = await errors.read();
    if (done) throw new Error(`Chromium ended: ${said}`);
    said += value;
    const endpoint = /^DevTools listening on (ws:\S+)\s/m.exec(said)?.[1];
    if (endpoint !== undefined) return endpoint;
  }
}

/** A pipe that nobody reads would stop the browser. */
async function drain(errors: TextReader): Promise<void> {
  while (!(await errors.read()).done);
}
