/**
 * A node in BitTorrent's DHT. The library serves others and keeps the routing
 * table; joining, walks, items and rendezvous are ours, over its k-rpc.
 */

import { Buffer } from "node:buffer";
import { createPublicKey, verify } from "node:crypto";
import { lookup } from "node:dns/promises";
import { isIPv4 } from "node:net";
import type { MutableItem, MutablePut } from "@sigmesh/core/mutable_item";
import DHT from "bittorrent-dht";
import krpc, { type Message, type Rpc, type RpcPeer } from "k-rpc";
import type { Clock } from "../../clock.ts";
import { SERVER_LIMITS } from "../../limits.ts";
import type { Contact, ContactStore } from "./contacts.ts";
import { DhtItems, type GetResult, type PutResult } from "./items.ts";
import { createNodeId } from "./node_id.ts";
import { DhtSocket, type DhtTraffic, isReachable } from "./socket.ts";
import { Rendezvous, type RendezvousOptions } from "./rendezvous.ts";
import { Turnstile } from "./turnstile.ts";

/** What a node of the DHT is given. */
export interface DhtOptions {
  /** IPv4 address to listen on. */
  readonly host: string;
  /** The one by which others see this node; undefined when it is not known. */
  readonly address?: string | undefined;
  /** Whom to ask first; names are resolved. */
  readonly bootstrap: readonly Contact[];
  /** Whether one of these at a private address stands for a DHT of one's own. */
  readonly mayBePrivate: boolean;
  readonly contacts: ContactStore;
  /** Null for a node that neither announces itself nor looks for others. */
  readonly rendezvous: RendezvousOptions | null;
  readonly clock: Clock;
  readonly random: () => number;
  /** Is told, in a sentence, when the DHT was joined or lost. */
  readonly tell: (message: string) => void;
  /** Gets what went wrong inside; the node goes on. */
  readonly onFault: (fault: unknown) => void;
}

/** What has happened so far. */
export interface DhtTotals extends DhtTraffic {
  /** Requests of clients, by what came of them. */
  readonly gets: Record<"found" | "not-found" | "unavailable", number>;
  readonly puts: Record<"stored" | "conflict" | "unavailable", number>;
  /** Queries of other nodes, by their kind. */
  readonly queries: Record<string, number>;
  /** Exceptions of the library that were caught. */
  faults: number;
}

const TICK_MS = 1000;
const SAVE_MS = 10 * 60_000;
/** With fewer contacts it is tried again: one could be anybody's who wrote to us. */
const ENOUGH_CONTACTS = 8;
/** Between two tries to join: doubled each time. */
const RETRY_MS = { least: 2000, most: 5 * 60_000 };
/** A reply with more announcements would pay those who forge their address. */
const MAX_VALUES = 50;

/** Those that a node knows; a stranger may send any word. */
const QUERIES = [
  ...["ping", "find_node", "get_peers", "announce_peer", "get", "put"],
  "other",
];

/** One node of the DHT. */
export class Dht {
  readonly totals: DhtTotals;
  readonly #given: DhtOptions;
  readonly #socket: DhtSocket;
  readonly #rpc: Rpc;
  readonly #dht: DHT;
  readonly #items: DhtItems;
  readonly #turnstile = new Turnstile({
    most: SERVER_LIMITS.dhtRequests,
    mostWaiting: SERVER_LIMITS.dhtWaitingRequests,
    waitMs: SERVER_LIMITS.dhtWaitSeconds * 1000,
  });
  readonly #rendezvous: Rendezvous | null;
  readonly #closing = new AbortController();
  readonly #firstContact = Promise.withResolvers<void>();
  #known: readonly Contact[] = [];
  #joining: Promise<void> | undefined;
  #told: boolean | undefined;
  #nextTryAt = 0;
  #retryMs = RETRY_MS.least;
  #stops: (() => void)[] = [];

  constructor(given: DhtOptions) {
    this.#given = given;
    const { signal } = this.#closing;
    const { clock } = given;
    const onFault = (fault: unknown) => {
      this.totals.faults++;
      given.onFault(fault);
    };
    this.#socket = new DhtSocket({ ...given, onFault });
    this.totals = {
      ...this.#socket.traffic,
      gets: { "found": 0, "not-found": 0, "unavailable": 0 },
      puts: { "stored": 0, "conflict": 0, "unavailable": 0 },
      queries: Object.fromEntries(QUERIES.map((kind) => [kind, 0])),
      faults: 0,
    };
    const { address } = given;
    const id = address === undefined ? undefined : createNodeId(address);
    this.#rpc = krpc({ id, nodes: [], socket: this.#socket });
    boundReplies(this.#rpc);
    this.#dht = serveOthers(this.#rpc);
    this.#items = new DhtItems({
      rpc: this.#rpc,
      kept: (target) => this.#dht._values.get(target),
      signal,
    });
    this.#rendezvous = given.rendezvous && new Rendezvous({
      ...given.rendezvous,
      rpc: this.#rpc,
      clock,
      random: given.random,
      signal,
      isReady: () => this.isJoined && this.#joining === undefined,
      allowPrivate: () => this.#socket.allowPrivate,
      onFault,
    });
    this.#dht.on("announce", (peer: Contact, place: Buffer) => {
      this.#rendezvous?.noteAnnounced(place, peer);
    });
    this.#rpc.on("query", ({ q }: Message) => {
      const kind = `${q}`;
      this.totals.queries[QUERIES.includes(kind) ? kind : "other"]!++;
    });
    this.#dht.on("node", () => this.#firstContact.resolve());
    this.#dht.on("error", onFault);
  }

  /** Where it listens. */
  get endpoint(): { readonly address: string; readonly port: number } {
    return this.#socket.address();
  }

  /** How others of the DHT call this node. */
  get id(): Uint8Array {
    return this.#rpc.id;
  }

  /** Nodes of the DHT that are known. */
  get contacts(): number {
    return this.#rpc.nodes.count();
  }

  /** What others keep here. */
  get kept(): { readonly items: number; readonly announcements: number } {
    const { _values, _peers } = this.#dht;
    return { items: _values.length, announcements: _peers.size };
  }

  /** Whether any is. */
  get isJoined(): boolean {
    return this.contacts > 0;
  }

  /** Whether a further request would be sent away. */
  get isFull(): boolean {
    return this.#turnstile.isFull;
  }

  /** Resolves when somebody of the DHT is first known. */
  get joined(): Promise<void> {
    return this.#firstContact.promise;
  }

  /** Resolves when this node was announced, and others looked for, for the first time. */
  get firstRound(): Promise<void> | undefined {
    return this.#rendezvous?.firstRound;
  }

  /**
   * Listens, and looks for others now and whenever few are known. Throws with
   * the system's `code` when it cannot listen; may then be called again.
   */
  start(port: number): void {
    const { clock } = this.#given;
    this.#dht.listen(port);
    this.#stops = [
      clock.every(TICK_MS, () => this.#tick()),
      clock.every(SAVE_MS, () => void this.#save()),
    ];
    this.#rendezvous?.start();
    this.#tick();
  }

  /** Saves contacts and leaves. What is under way ends as unavailable. */
  async close(): Promise<void> {
    for (const stop of this.#stops) stop();
    this.#rendezvous?.close();
    await this.#save();
    this.#closing.abort();
    await new Promise<void>((resolve) => this.#dht.destroy(resolve));
    await this.#joining;
  }

  /** The latest item of a key. Takes 11 s at most. */
  async get(
    key: Pick<MutableItem, "k" | "salt">,
  ): Promise<GetResult> {
    const result = await this.#turnstile.pass(() => this.#items.get(key)) ??
      UNAVAILABLE;
    this.totals.gets[result.ok ? "found" : result.reason]++;
    return result;
  }

  /** Stores an item whose signature and value are good. Takes 14 s at most. */
  async put(item: MutablePut): Promise<PutResult> {
    const result = await this.#turnstile.pass(() => this.#items.put(item)) ??
      UNAVAILABLE;
    this.totals.puts[result.ok ? "stored" : result.reason]++;
    return result;
  }

  #tick(): void {
    const now = this.#given.clock.now();
    if (!this.isJoined && this.#told) this.#retrySoon(); // all that were known are gone
    const isDue = now >= this.#nextTryAt && this.contacts < ENOUGH_CONTACTS;
    if (!isDue || this.#joining !== undefined) return;
    this.#nextTryAt = now + this.#retryMs;
    this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS.most);
    this.#joining = this.#join().catch(this.#given.onFault)
      .finally(() => {
        this.#joining = undefined;
        this.#tell();
        this.#rendezvous?.tick();
      });
  }

  #retrySoon(): void {
    this.#told = undefined;
    this.#nextTryAt = 0;
    this.#retryMs = RETRY_MS.least;
  }

  /** Once for each change, however often it is tried. */
  #tell(): void {
    const { isJoined, contacts } = this;
    if (isJoined === this.#told || this.#closing.signal.aborted) return;
    this.#told = isJoined;
    this.#given.tell(
      isJoined
        ? `joined, ${contacts} ${contacts === 1 ? "contact" : "contacts"}`
        : "not joined: nobody answers; trying again",
    );
  }

  /** Asks those who were known last and the routers, then fills the table. */
  async #join(): Promise<void> {
    const { bootstrap, contacts, mayBePrivate } = this.#given;
    const rpc = this.#rpc;
    if (this.#known.length === 0) this.#known = await contacts.load();
    const routers: Contact[] = [];
    await this.#untilClosed(async (done) => {
      const found = await Promise.all(bootstrap.map(resolveAll));
      routers.push(...found.flat());
      done();
    });
    this.#socket.allowPrivate ||= mayBePrivate &&
      routers.some((router) => !isReachable(router, false));
    const message = () => ({
      q: "find_node",
      a: { id: rpc.id, target: rpc.id },
    });
    const asked = [...routers, ...this.#known].map((contact) =>
      this.#untilClosed((done) => rpc.query(contact, message(), done))
    );
    const somebody = new Promise((resolve) => this.#dht.once("node", resolve));
    await Promise.race([somebody, Promise.all(asked)]); // most that were known may be gone
    if (!this.isJoined) return;
    await this.#untilClosed((done) => rpc.populate(rpc.id, message(), done));
    await this.#save();
  }

  #untilClosed(begin: (done: () => void) => void): Promise<void> {
    const { signal } = this.#closing;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        signal.removeEventListener("abort", done);
        resolve();
      };
      signal.addEventListener("abort", done);
      begin(done);
    });
  }

  /** Those known before are kept behind: offline, one contact after the other is lost. */
  async #save(): Promise<void> {
    const byName = new Map<string, Contact>();
    for (
      const { host, port } of [...this.#rpc.nodes.toArray(), ...this.#known]
    ) {
      byName.set(`${host}:${port}`, { host, port });
    }
    this.#known = [...byName.values()].slice(0, SERVER_LIMITS.dhtSavedContacts);
    if (this.#known.length > 0) await this.#given.contacts.save(this.#known);
  }
}

const UNAVAILABLE = { ok: false, reason: "unavailable" } as const;

/** The library, as a server of others. Each of its bounds is off or endless by default. */
function serveOthers(rpc: Rpc): DHT {
  return new DHT({
    krpc: rpc,
    bootstrap: false,
    verify: isSigned,
    maxValues: {
      max: SERVER_LIMITS.dhtItems,
      maxAge: SERVER_LIMITS.dhtItemSeconds * 1000,
    },
    maxPeers: SERVER_LIMITS.dhtAnnouncements / 2, // it keeps the half before, too
    maxAge: SERVER_LIMITS.dhtAnnouncementSeconds * 1000 * 3 / 2, // it forgets from two thirds on
  });
}

/** The library answers with all announcements that it has of a torrent. */
function boundReplies(rpc: Rpc): void {
  const respond = rpc.response.bind(rpc);
  rpc.response = (
    peer: RpcPeer,
    query,
    response: { values?: unknown[] },
    ...others
  ) => {
    const { values } = response;
    const fit = values && { values: values.slice(0, MAX_VALUES) };
    respond(peer, query, { ...response, ...fit }, ...others);
  };
}

/** SubjectPublicKeyInfo of Ed25519 (RFC 8410), up to the key itself. */
const SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** As the library wants it, at once; what WebCrypto does takes until later. */
function isSigned(sig: unknown, signed: Uint8Array, k: unknown): boolean {
  if (!Buffer.isBuffer(sig) || !Buffer.isBuffer(k) || k.length !== 32) {
    return false;
  }
  try {
    const der = Buffer.concat([SPKI, k]);
    const key = createPublicKey({ key: der, format: "der", type: "spki" });
    return verify(null, signed, key, sig);
  } catch {
    return false; // no point of the curve
  }
}

/** k-rpc would take an IPv6 address where that comes first, and could not send there. */
async function resolveAll({ host, port }: Contact): Promise<Contact[]> {
  if (isIPv4(host)) return [{ host, port }];
  try {
    const found = await lookup(host, { family: 4, all: true });
    return found.map(({ address }) => ({ host: address, port }));
  } catch {
    return []; // offline, or a router that is gone; another time
  }
}
