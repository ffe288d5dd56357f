/** Real Chromium, for tests. */

import { type Browser, chromium } from "playwright-core";

const PLACES = [
  Deno.env.get("CHROME"),
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Path of a Chromium, or undefined: set CHROME, or install one. */
export const chromiumPath: string | undefined = PLACES.find(isFile);

/** To be added to the name of a test that is ignored for want of it. */
export const chromiumMissing: string = chromiumPath === undefined
  ? " (ignored: no Chromium found; set CHROME to its path)"
  : "";

/** What every test's browser is started with. */
export const CHROMIUM_ARGS: readonly string[] = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--disable-features=WebRtcHideLocalIpsWithMdns",
];

/**
 * Starts a browser of its own; close it. More arguments follow the usual ones;
 * `without` are those of Playwright that are left out.
 */
export function launchChromium(
  more: readonly string[] = [],
  { without = [] }: { without?: readonly string[] } = {},
): Promise<Browser> {
  return chromium.launch({
    executablePath: chromiumPath!,
    ignoreDefaultArgs: [...without],
    args: [...CHROMIUM_ARGS, ...more],
  });
}

/** Whether a program is there. */
export function isFile(path: string | undefined): boolean {
  try {
    return path !== undefined && Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}
