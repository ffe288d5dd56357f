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
  connections: 8192,
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
  /** Links that this node dials. At the bound only rooms that have no home yet may displace one. */
  linksDialled: 256,
  /** Links that it accepts. At the bound the one that carries the fewest rooms gives way, of those the oldest. */
  linksAccepted: 256,
  /** The same of one IPv4 address or IPv6 /64, loopback excepted. At the bound the new one is refused, 429. */
  linksAcceptedPerAddress: 8,
  /** Rooms that a link carries. At the bound it is answered `leave`; so it is at the bound of rooms. */
  roomsPerLink: 65_536,
  /** Bytes of a frame. Beyond them the link ends. */
  linkFrameBytes: 8192,
  /** Frames a second that are read from a link, some 8,000 at once. Beyond them it is not read for a while. */
  linkFramesPerSecond: 1000,
  /** Bytes that wait for the other node to read. Beyond them the link ends; who dialled it comes back and is told what it missed. */
  linkSendBufferBytes: 4 * MEBIBYTE,
  /** Seconds for a link to open and say hello. Then it ends. */
  linkHelloSeconds: 5,
  /** Seconds between two pings of a link. When two in a row are not answered by the next, it ends. */
  linkPingSeconds: 5,
  /** Age of a token in seconds at which its messages are no longer relayed. Then they are refused. */
  relaySeconds: 185,
  /** Relayed messages remembered. At the bound the oldest second of tokens is forgotten, and its messages refused. */
  relayedMessages: 500_000,
  /** Relayed messages a second that were paid to one node, five times as many at once. Beyond them they are refused. */
  relaysPerOrigin: 1000,
  /** The same for one room. Beyond them likewise. */
  relaysPerRoom: 200,
  /** Relayed messages a second of one link that were paid to nodes not known here, twenty times as many at once. Beyond them likewise. */
  relaysOfStrangers: 5,
  /** Messages a second that a link is told again, when it asks for many rooms, ten times as many at once. Beyond them they wait. */
  replaysPerLink: 1000,
  /** Signatures that are being checked. At the bound further messages of theirs are refused. */
  signaturesInCheck: 1024,
  /** Allocations and reserved ports of TURN. At the bound who holds most gives way, else 508. */
  turnAllocations: 500,
  /** The same of one credential. At the bound 486. */
  turnAllocationsPerCredential: 32,
  /** Credentials that hold allocations from one IPv4 address or IPv6 /64. At the bound 486. */
  turnCredentialsPerAddress: 16,
  /** Addresses that an allocation may exchange data with. At the bound 508, until some expire. */
  turnPermissions: 256,
  /** Channels of an allocation. At the bound likewise. */
  turnChannels: 256,
  /** Bytes a second that an allocation relays, both ways together. Beyond them packets are dropped. */
  turnBytesPerSecondPerAllocation: 8 * MEBIBYTE,
  /** The same of all allocations. Beyond them likewise. */
  turnBytesPerSecond: 64 * MEBIBYTE,
  /** Seconds for which a nonce is good. Then 438, with another one. */
  turnNonceSeconds: 3600,
  /** Seconds that an allocation lives unless its client asks for more. Then it ends. */
  turnDefaultLifetimeSeconds: 600,
  /** Seconds that a client may ask for at once. A larger number counts as this one. */
  turnMaxLifetimeSeconds: 3600,
  /** Seconds for which an allocation outlives its credential at most. Then it ends. */
  turnGraceSeconds: 60,
  /** Seconds for which data of a peer is let through. Then it is dropped until permitted again. */
  turnPermissionSeconds: 300,
  /** Seconds for which a channel is bound. Then its data is dropped, and it may be bound to another peer. */
  turnChannelSeconds: 600,
  /** Seconds for which the port beside an even one is kept. Then its token is worth nothing. */
  turnReservationSeconds: 30,
  /** Renewed credentials remembered. At the bound the one renewed longest ago expires as it was issued. */
  turnRenewals: 100_000,
  /** Bytes of a message of STUN or TURN over TCP. Beyond them the connection ends. */
  turnMessageBytes: 4096,
  /** Connections to TURN. At the bound the oldest without an allocation is ended, else the new one. */
  turnConnections: 1024,
  /** The same of one IPv4 address or IPv6 /64. At the bound likewise. */
  turnConnectionsPerAddress: 64,
  /** Seconds for which a connection to TURN may have no allocation. Then it is ended. */
  turnIdleSeconds: 10,
  /** Datagrams of TURN that wait for the system to take them. Beyond them packets are dropped. */
  turnUnsentDatagrams: 8192,
  /** Bytes that wait for a client of TURN over TCP to read. Beyond them packets are dropped. */
  turnSendBufferBytes: 256 * 1024,
  /** Datagrams a second of the DHT that are looked at. Beyond them they are dropped. */
  dhtDatagramsPerSecond: 2000,
  /** The same of one IPv4 address. Beyond them likewise. */
  dhtDatagramsPerSecondPerAddress: 256,
  /** Datagrams of the DHT that wait for the system to take them. Beyond them they are dropped. */
  dhtUnsentDatagrams: 1024,
  /** Items that others keep here. At the bound the one used longest ago is forgotten. */
  dhtItems: 1000,
  /** Seconds for which they are kept. Then they are forgotten, unless put again. */
  dhtItemSeconds: 7200,
  /** Announcements that others keep here. At the bound the older half is forgotten. */
  dhtAnnouncements: 10_000,
  /** Seconds for which they are kept, at least. Then they are forgotten. */
  dhtAnnouncementSeconds: 1800,
  /** Requests of clients to the DHT at once. Beyond them they wait. */
  dhtRequests: 16,
  /** Requests that wait. At the bound 503, before anything is paid. */
  dhtWaitingRequests: 32,
  /** Seconds that a request may wait. Then 503. */
  dhtWaitSeconds: 5,
  /** Seconds that a walk through the DHT may take. Then what was found counts. */
  dhtWalkSeconds: 6,
  /** Contacts of the DHT that are saved. Beyond them others are not. */
  dhtSavedContacts: 200,
  /** Addresses of nodes that one round of looking for them gives. Beyond them others are dropped. */
  dhtHints: 256,
  /** The same that one contact gives, for each place looked at. Beyond them likewise. */
  dhtHintsPerContact: 20,
  /** Other nodes known. At the bound a newcomer is refused until one is dropped, but for `--peers`. */
  members: 16_384,
  /** The same of one network, an IPv4 /24 or IPv6 /48. At the bound likewise, but for `--peers`. */
  membersPerNetwork: 8,
  /** Probes in a row without an answer after which a node is dropped. */
  memberFailures: 3,
  /** Nodes in an answer of `/nodes`; of another node's answer the rest is not read. */
  listedNodes: 20,
  /** Seconds since its last answer after which a node is no longer in `/nodes`. */
  listedSeconds: 600,
  /** Requests to other nodes a second. Beyond them they wait. */
  probesPerSecond: 5,
  /** Seconds for an answer to one. Then it counts as none. */
  probeSeconds: 3,
  /** Bytes of such an answer, head included. Beyond them it counts as none. */
  probeBytes: 16 * 1024,
  /** Possible nodes taken from one source in an hour. Beyond them it is not listened to. */
  candidatesPerSource: 10,
  /** The same from the DHT, where a source costs nothing. Beyond them likewise. */
  candidatesFromDht: 240,
  /** Possible nodes that wait to be probed. At the bound one of them, by chance, gives way. */
  candidates: 1024,
  /** Sources, and hosts probed, in an hour. At the bound those of the hour before are forgotten; of hosts it is never reached. */
  hourlyNames: 65_536,
  /** Signatures of other nodes found good. At twice the bound the older half is forgotten, and checked again. */
  checkedSignatures: 4096,
} as const;

/** Bounds of TURN by themselves: benchmarks raise some. */
export type TurnLimits = {
  readonly [
    Name in keyof typeof SERVER_LIMITS as Name extends `turn${string}` ? Name
      : never
  ]: number;
};
