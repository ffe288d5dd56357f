/** Bounds of a node that are nobody's choice; options hold the others. */

import { LIMITS } from "@sigmesh/core/wire";

const MEBIBYTE = 2 ** 20;

/** Every bound names what happens at it. docs/limits.md is made from this. */
export const SERVER_LIMITS = {
  ...LIMITS,
  /** Rooms. At the bound a room that is not yet active is refused, 503. */
  rooms: 100_000,
  /** Bytes of all histories. At the bound the room posted to longest ago loses its history. */
  historyBytes: 64 * MEBIBYTE,
  /** Spent stamps. At the bound the oldest second is forgotten, and its tokens refused. */
  spentStamps: 2_000_000,
  /** Bytes that wait for one subscriber. At the bound it is dropped. */
  subscriberQueueBytes: 64 * 1024,
  /** Seconds for which bytes may wait without one being taken. Then the subscriber is dropped. */
  subscriberStallSeconds: 5,
  /** Bytes of a request's head. Beyond them 431, and the connection ends. */
  headerBytes: 16 * 1024,
  /** Requests that a connection may send before reading answers. Beyond them it is ended. */
  pipelinedRequests: 16,
  /** Headers of a request. Beyond them 431, and the connection ends. */
  headers: 100,
  /** Seconds for a request's head to arrive. Then 408, and the connection ends. */
  headerSeconds: 10,
  /** Seconds for a whole request to arrive. Then 408, and the connection ends. */
  requestSeconds: 15,
} as const;
