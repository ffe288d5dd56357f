/** Two of the library's connections, connected by werift, for tests. */

import { RTCPeerConnection } from "werift";
import { Connection } from "../connection.ts";
import { weriftTest } from "./werift.ts";

/** Two connections that are each other's ends. */
export interface ConnectionPair {
  readonly near: Connection;
  readonly far: Connection;
}

/** Defines a test that has two open connections to each other. */
export function connectionTest(
  name: string,
  run: (pair: ConnectionPair) => Promise<void>,
): void {
  weriftTest(name, async () => {
    const { near, far } = await openConnections();
    try {
      await run({ near, far });
    } finally {
      near.close();
      far.close();
    }
  });
}

/** To be closed by the caller. */
export async function openConnections(): Promise<ConnectionPair> {
  const [near, far] = [newConnection(), newConnection()];
  const open = Promise.all(
    [near, far].map((connection) =>
      new Promise<void>((resolve) => connection.onOpen = resolve)
    ),
  );
  await near.accept(await far.answer(await near.offer()));
  await open;
  return { near, far };
}

/** One by werift, to be closed by the caller. */
export function newConnection({ isRelayed = false } = {}): Connection {
  const Rtc = RTCPeerConnection as unknown;
  return new Connection({
    Rtc: Rtc as typeof globalThis.RTCPeerConnection,
    configuration: {},
    isRelayed,
  });
}
