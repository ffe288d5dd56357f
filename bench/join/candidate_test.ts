/** Meetings over a node, in Chromium. */

import { assert, assertRejects } from "@std/assert";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "../../server/testing/chromium.ts";
import { JOIN_CASES, measureJoin } from "./candidate.ts";
import { ownTrystero } from "./candidate_own.ts";

Deno.test({
  name: "every case measures a meeting" + chromiumMissing,
  ignore: chromiumPath === undefined,
  async fn() {
    const place = await ownTrystero.start();
    const browser = await launchChromium();
    try {
      for (const { headStartMs } of JOIN_CASES) {
        const ms = await measureJoin({ place, browser, headStartMs });
        assert(ms > 1 && ms < 30_000, `${ms}`);
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
