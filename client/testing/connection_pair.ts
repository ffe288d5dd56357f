/** Two of the library's connections, connected by werift, for tests. */

import { RTCPeerConnection } from "werift";
import { Connection } from "../connection.ts";

/** Defines a test that has two open connections to each other. */
export function connectionTest(
  name: string,
  run: (pair: { near: Connection; far: Connection }) => Promise<void>,
): void {
  Deno.test({
    name,
    // werift leaves timers of its own behind, which count as both.
    sanitizeOps: false,
    sanitizeResources: false,
    async fn() {
      const [near, far] = [newConnection(), newConnection()];
      const open = Promise.all(
        [near, far].map((connection) =>
          new Promise<void>((resolve) => connection.onOpen = resolve)
        ),
      );
      try {
        await near.accept(await far.answer(await near.offer()));
        await open;
        await run({ near, far });
      } finally {
        near.close();
        far.close();
      }
    },
  });
}

function newConnection(): Connection {
  const Rtc = RTCPeerConnection as unknown;
  return new Connection({
    Rtc: Rtc as typeof globalThis.RTCPeerConnection,
    configuration: {},
    isRelayed: false,
  });
}
