/** Meetings over a node, in Chromium. */

import { assert, assertRejects } from "@std/assert";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "../../server/testing/chromium.ts";
import { JOIN_CASES, measureJoin } from "./candidate.ts";
import { own as candidate } from "./candidate_own.ts";

// Not Trystero, over whatever: now and then two of its pages do not meet in time.
Deno.test({
  name: `every case measures a meeting of ${candidate.name}` +
    chromiumMissing,
  ignore: chromiumPath === undefined,
  async fn() {
    const place = await candidate.start();
    const browser = await launchChromium();
    try {
      for (const { headStartMs } of JOIN_CASES) {
        const ms = await measureJoin({ place, browser, headStartMs });
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
