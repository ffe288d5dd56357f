/** Two real connections, one of them of a peer that does what no library would. */

import { assertEquals } from "@std/assert";
import { connectionTest } from "./testing/connection_pair.ts";

connectionTest(
  "a peer that does not take what is said to it is lost, and nothing is thrown",
  ({ far }) => {
    let reason: string | undefined;
    far.onLost = (why) => reason = why;
    for (let i = 0; i < 100; i++) far.sayControl("x".repeat(60_000));
    assertEquals(reason, "vanished");
    return Promise.resolve();
  },
);

connectionTest(
  "the end of a connection is heard at its other end",
  async ({ near, far }) => {
    const lost = new Promise((resolve) => far.onLost = resolve);
    near.close();
    assertEquals(await lost, "left");
  },
);
