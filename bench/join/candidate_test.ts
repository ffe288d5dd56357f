/** Meetings over a node, in Chromium. */

import { assert, assertRejects } from "@std/assert";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "../../server/testing/chromium.ts";
import { JOIN_CASES, measureJoin } from "./candidate.ts";
import { own, ownTrystero } from "./candidate_own.ts";

// Now and then two pages of Trystero do not meet in time, over whatever: it may try again.
const CANDIDATES = [{ candidate: own, tries: 1 }, {
  candidate: ownTrystero,
  tries: 3,
}];

for (const { candidate, tries } of CANDIDATES) {
  Deno.test({
    name: `every case measures a meeting of ${candidate.name}` +
      chromiumMissing,
    ignore: chromiumPath === undefined,
    async fn() {
      const place = await candidate.start();
      const browser = await launchChromium();
      try {
        for (const { headStartMs } of JOIN_CASES) {
          const ms = await retry(
            () => measureJoin({ place, browser, headStartMs }),
            tries,
          );
          assert(ms > 1 && ms < 20_000, `${ms}`);
        }
        const broken = {
          ...place,
          join: () => Promise.reject(new Error("no way")),
        };
        await assertRejects(
          () => measureJoin({ place: broken, browser, headStartMs: 0 }),
          Error,
          "no way",
        );
      } finally {
        await browser.close();
        await place.stop();
      }
    },
  });
}

/** What comes of the first try that does not reject, or of the last. */
async function retry<T>(act: () => Promise<T>, tries: number): Promise<T> {
  for (let left = tries; left > 1; left--) {
    try {
      return await act();
    } catch {
      continue;
    }
  }
  return await act();
}
