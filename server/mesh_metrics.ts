/** What is measured of other nodes, and of the DHT. */

import type { Dht } from "./mesh/dht/dht.ts";
import type { Federation } from "./mesh/links/federation.ts";
import type { Membership } from "./mesh/members/membership.ts";
import { SERVER_LIMITS } from "./limits.ts";
import type { Metrics } from "./metrics.ts";

/** The mesh. */
export function measureMesh(metrics: Metrics, members: Membership): void {
  metrics.gauge({
    name: "sigmesh_members",
    help: "Other nodes known",
    read: () => members.size,
  });
  metrics.gauge({
    name: "sigmesh_candidates",
    help: "Possible nodes that wait to be probed",
    read: () => members.waiting,
  });
  metrics.counter({
    name: "sigmesh_probes_total",
    help: "Probes of other nodes, by how they ended",
    label: "result",
    read: () => members.totals.probes,
  });
  metrics.counter({
    name: "sigmesh_members_dropped_total",
    help: "Nodes dropped, since they did not answer",
    read: () => members.totals.dropped,
  });
  metrics.counter({
    name: "sigmesh_candidates_lost_total",
    help: "Possible nodes not probed: too many of one source, or in all",
    label: "reason",
    read: () => members.totals.candidatesLost,
  });
  metrics.bound("members", {
    used: () => members.size,
    most: SERVER_LIMITS.members,
  });
  metrics.bound("candidates", {
    used: () => members.waiting,
    most: SERVER_LIMITS.candidates,
  });
}

/** Links to other nodes, and the messages on them. */
export function measureLinks(metrics: Metrics, federation: Federation): void {
  const { totals, homes, guests } = federation;
  metrics.gauge({
    name: "sigmesh_links",
    help: "Links to other nodes: dialled to homes of rooms, or accepted",
    label: "direction",
    read: () => ({ dialled: homes.size, accepted: guests.size }),
  });
  metrics.gauge({
    name: "sigmesh_links_missing",
    help: "Homes that rooms need and no link leads to",
    read: () => homes.missing,
  });
  metrics.counter({
    name: "sigmesh_links_ended_total",
    help: "Links ended, by reason",
    label: "reason",
    read: () => totals.ended,
  });
  metrics.gauge({
    name: "sigmesh_mesh_rooms",
    help: "Rooms that clients or other nodes want here",
    read: () => federation.size,
  });
  metrics.counter({
    name: "sigmesh_rooms_left_total",
    help: "Rooms left to other homes since this node was loaded",
    read: () => totals.left,
  });
  metrics.counter({
    name: "sigmesh_rooms_turned_away_total",
    help: "Rooms that other nodes asked for and were not given",
    read: () => totals.turnedAway,
  });
  metrics.bound("linksDialled", {
    used: () => homes.size,
    most: SERVER_LIMITS.linksDialled,
  });
  metrics.bound("linksAccepted", {
    used: () => guests.size,
    most: SERVER_LIMITS.linksAccepted,
  });
  measureRelaying(metrics, federation);
}

/** Messages that go over links. */
function measureRelaying(metrics: Metrics, federation: Federation): void {
  const { totals } = federation;
  metrics.counter({
    name: "sigmesh_relayed_received_total",
    help: "Messages that came by links, copies included",
    read: () => totals.received,
  });
  metrics.counter({
    name: "sigmesh_relayed_taken_total",
    help: "Messages that came by links and were new and good",
    read: () => totals.taken,
  });
  metrics.counter({
    name: "sigmesh_relayed_sent_total",
    help: "Messages sent over links, once for each link; replays are left out",
    read: () => totals.sent,
  });
  metrics.counter({
    name: "sigmesh_relayed_refused_total",
    help: "Messages that came by links and were not taken, by reason",
    label: "reason",
    read: () => totals.refused,
  });
  metrics.gauge({
    name: "sigmesh_relayed_remembered",
    help: "Messages remembered, so that each is taken once",
    read: () => federation.remembered,
  });
  metrics.bound("relayedMessages", {
    used: () => federation.remembered,
    most: SERVER_LIMITS.relayedMessages,
  });
}

/** The node of the DHT, and what clients ask of it. */
export function measureDht(metrics: Metrics, dht: Dht): void {
  const { totals } = dht;
  metrics.gauge({
    name: "sigmesh_dht_contacts",
    help: "Nodes of the DHT that are known; 0 while it has not been joined",
    read: () => dht.contacts,
  });
  metrics.counter({
    name: "sigmesh_dht_datagrams_total",
    help: "Datagrams of the DHT, queries and answers together",
    label: "direction",
    read: () => ({ ...totals.datagrams }),
  });
  metrics.counter({
    name: "sigmesh_dht_dropped_total",
    help: "Datagrams of the DHT dropped, by reason",
    label: "reason",
    read: () => ({ ...totals.dropped }),
  });
  metrics.counter({
    name: "sigmesh_dht_queries_total",
    help: "Queries of other nodes of the DHT, by their kind",
    label: "kind",
    read: () => totals.queries,
  });
  metrics.gauge({
    name: "sigmesh_dht_kept",
    help: "What others keep here",
    label: "kind",
    read: () => ({ ...dht.kept }),
  });
  metrics.bound("dhtItems", {
    used: () => dht.kept.items,
    most: SERVER_LIMITS.dhtItems,
  });
  metrics.bound("dhtAnnouncements", {
    used: () => dht.kept.announcements,
    most: SERVER_LIMITS.dhtAnnouncements,
  });
  metrics.counter({
    name: "sigmesh_dht_gets_total",
    help: "Requests of /dht-get, by what came of them",
    label: "outcome",
    read: () => ({ ...totals.gets }),
  });
  metrics.counter({
    name: "sigmesh_dht_puts_total",
    help: "Requests of /dht-put, by what came of them",
    label: "outcome",
    read: () => ({ ...totals.puts }),
  });
  metrics.counter({
    name: "sigmesh_dht_faults_total",
    help: "Faults inside the DHT that the node survived",
    read: () => totals.faults,
  });
}
