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
  /** Bytes that wait for one subscriber to read. At the bound it is dropped. */
  subscriberQueueBytes: 64 * 1024,
  /** Bytes that one turn of the event loop may bring one subscriber. At the bound it is dropped. */
  subscriberTurnBytes: 512 * 1024,
  /** Seconds that a replay may take. Then the subscriber is dropped. */
  replaySeconds: 60,
  /** Seconds for which bytes may wait without one being taken. Then the subscriber is dropped. */
  subscriberStallSeconds: 5,
  /** Addresses whose free requests are counted. At the bound the one heard of longest ago is forgotten. */
  budgetedAddresses: 65_536,
  /** Connections that carry no stream. At the bound the one silent longest is ended for a new one. */
  connections: 4096,
  /** The same of one IPv4 address or IPv6 /64. At the bound likewise. */
  connectionsPerAddress: 128,
  /** Seconds for which a connection may be silent. Then it is ended. */
  idleSeconds: 60,
  /** Seconds for which an answer to one who asks for too much is held. */
  heldSeconds: 2,
  /** Answers so held. At the bound the connection is ended instead. */
  heldAnswers: 8192,
  /** The same for one connection. At the bound likewise. */
  heldAnswersPerConnection: 4,
  /** Requests of a connection of HTTP/2 that may be open at once, streams included. */
  streamsPerConnection: 100,
  /** Seconds after which a connection of HTTP/2 that answers no ping is ended. */
  pingSeconds: 20,
  /** Bytes of a request's head. Beyond them 431, and the connection ends. */
  headerBytes: 16 * 1024,
  /** Requests that a connection may send before reading answers. Beyond them it is ended. */
  pipelinedRequests: 16,
  /** Headers of a request. Beyond them 431, and the connection ends. */
  headers: 100,
  /** Seconds for a request's head to arrive. Then 408, and the connection ends; over TLS when it is idle. */
  headerSeconds: 10,
  /** Seconds for a whole request to arrive. Then 408, and the connection ends. */
  requestSeconds: 15,
} as const;
