/**
 * Hash rates in Chromium, as the page at /bench/ of a node measures them.
 * Run: `deno task bench:hash:browser`; `--help` lists options.
 */

import { Command } from "commander";
import os from "node:os";
import { chromiumPath, launchChromium } from "../server/testing/chromium.ts";
import { startTestNode } from "../server/testing/test_node.ts";
import { formatRates, type HashRateReport, pairedRatio } from "./hash_rates.ts";

const MEASURING_MS = 120_000;

const { json } = new Command("bench:hash:browser")
  .description(
    "Measures hashes a second in headless Chromium; CHROME is its path.",
  )
  .option("--json <file>", "write the result there too")
  .parse(Deno.args, { from: "user" })
  .opts<{ json?: string }>();

/** What a visitor who presses the button may download. */
async function measureByPage(): Promise<HashRateReport> {
  const node = await startTestNode();
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(`${node.origin}/bench/`);
    await page.getByLabel("Name of this device")
      .fill(os.cpus()[0]?.model ?? "unknown");
    await page.getByRole("button", { name: "Measure" }).click();
    const link = page.getByRole("link", { name: "Download the result" });
    await link.waitFor({ timeout: MEASURING_MS });
    for (const reason of await page.getByRole("listitem").allInnerTexts()) {
      console.error(reason);
    }
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      link.click(),
    ]);
    const report = JSON.parse(await Deno.readTextFile(await download.path()));
    return { ...report, runtime: `Chromium ${browser.version()}, headless` };
  } finally {
    await browser.close();
    await node.close();
  }
}

/** Kernels beside each way to call hash-wasm, on one and the same thread. */
function formatRatios({ rates }: HashRateReport): string {
  const roundsOf = (name: string) =>
    rates.find((rate) => rate.name === name)?.rounds;
  const lines: string[] = [];
  for (const thread of ["", ", on the page's thread"]) {
    for (const kernel of ["wasm-simd", "wasm-scalar"]) {
      const fast = roundsOf(kernel + thread);
      for (
        const usage of ["", ", 80 bytes", ", hexadecimal digest"]
      ) {
        const slow = roundsOf(`hash-wasm${usage}${thread}`);
        if (fast === undefined || slow === undefined) continue;
        lines.push(
          `${kernel} is ${pairedRatio(fast, slow).toFixed(2)} times as fast ` +
            `as hash-wasm${usage}${thread || ", in a worker"}`,
        );
      }
    }
  }
  return lines.join("\n");
}

if (chromiumPath === undefined) {
  console.error("No Chromium found: install one, or set CHROME to its path.");
  Deno.exit(1);
}
const report = await measureByPage();
console.log(
  `${report.device}, ${report.processors} processors, ${report.runtime}, ` +
    `${report.date}\n\n${formatRates(report.rates)}\n\n${formatRatios(report)}`,
);
if (json !== undefined) {
  await Deno.writeTextFile(json, JSON.stringify(report, null, 2));
  console.error(`written to ${json}`);
}
