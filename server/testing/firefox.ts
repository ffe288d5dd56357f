/** Real Firefox, for tests. Playwright drives a Firefox of its own only, Puppeteer any. */

import puppeteer, { type Browser } from "puppeteer-core";
import { isFile } from "./chromium.ts";

const PLACES = [
  Deno.env.get("FIREFOX"),
  "/usr/bin/firefox-esr",
  "/usr/bin/firefox",
  "/Applications/Firefox.app/Contents/MacOS/firefox",
];

/** Path of a Firefox, or undefined: set FIREFOX, or install one. */
export const firefoxPath: string | undefined = PLACES.find(isFile);

/** To be added to the name of a test that is ignored for want of it. */
export const firefoxMissing: string = firefoxPath === undefined
  ? " (ignored: no Firefox found; set FIREFOX to its path)"
  : "";

/** Starts a browser of its own, with a profile of its own; close it. */
export function launchFirefox(): Promise<Browser> {
  return puppeteer.launch({
    browser: "firefox",
    executablePath: firefoxPath!,
    headless: true,
    extraPrefsFirefox: {
      "media.peerconnection.ice.loopback": true,
      "media.peerconnection.ice.obfuscate_host_addresses": false,
    },
  });
}
