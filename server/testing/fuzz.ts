/** `deno task fuzz`: a real node under random fire, for minutes. */

import { Command } from "commander";
import { fuzz, FuzzFailure } from "./fuzz/fuzz.ts";

const { minutes, seed } = new Command("fuzz")
  .description(
    "Says to a real node what is nearly right, and checks that it stands.",
  )
  .option("--minutes <number>", "for how long", Number, 2)
  .option(
    "--seed <number>",
    "the same conversations again",
    Number,
    Date.now() % 2 ** 31,
  )
  .parse(Deno.args, { from: "user" })
  .opts<{ minutes: number; seed: number }>();

const MEBIBYTE = 2 ** 20;
/** More than of the heap: what is freed is given back to the system late, if ever. */
const MOST_RSS_GROWTH_BYTES = 64 * MEBIBYTE;

try {
  console.log(`seed ${seed}`);
  const seconds = minutes * 60;
  const summary = await fuzz({ seconds, seed, tell: console.log });
  const { heapGrowthBytes, rssGrowthBytes, ...counts } = summary;
  const growth = (bytes: number) => `${(bytes / MEBIBYTE).toFixed(1)} MiB`;
  console.log(
    `ok: ${counts.conversations} conversations, ${counts.paidByFuzzers} posts ` +
      `paid by them, ${counts.honestPosts} honest posts taken, no faults; ` +
      `heap ${growth(heapGrowthBytes)}, memory ${growth(rssGrowthBytes)} ` +
      "more than after the warm-up",
  );
  if (rssGrowthBytes > MOST_RSS_GROWTH_BYTES) {
    console.error(`Seed ${seed}: that is too much memory`);
    Deno.exit(1);
  }
} catch (error) {
  if (!(error instanceof FuzzFailure)) throw error;
  console.error(error.message);
  Deno.exit(1);
}
