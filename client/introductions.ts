/** Brings this peer and the others of a room into connection, with few posts. */

import { Attempt } from "./attempt.ts";
import type { Connection } from "./connection.ts";
import type { Opened } from "./envelope.ts";
import { OpenOffers } from "./open_offer.ts";
import { EVERYONE, type PeerId } from "./peer_id.ts";
import type { Signal } from "./signal.ts";

/** What introductions need of their room. */
export interface IntroductionsHost {
  readonly selfId: PeerId;
  /** Whether nothing but relays may be used; or is used with this peer, and will be again. */
  isRelayed(id?: PeerId): boolean;
  /** Whether a relay can be had where no direct path is found. */
  hasRelay(): boolean;
  /** A new connection; relayed ones buy TURN first. */
  connect(options: { isRelayed: boolean }): Promise<Connection>;
  /** Pays for a signal and posts it, unless it is aborted before. */
  post(signal: Signal, abort?: AbortSignal): Promise<unknown>;
  /** Those who are connected. */
  peers(): Iterable<PeerId>;
  /** Whether a peer is connected and was heard a moment ago. */
  isWell(id: PeerId): boolean;
  /** Whether this peer may be connected besides those who are. */
  hasRoomFor(id: PeerId, attempts: number): boolean;
  onOpen(id: PeerId, connection: Connection): void;
  onConnecting(id: PeerId, state: "direct" | "relayed" | "failed"): void;
  onError(error: unknown): void;
}

/** A direct path that is not found by then is not there; a relay is tried. */
const DIRECT_MS = 5000;
/** An attempt without an answer or a connection is over by then. */
const ATTEMPT_MS = 15_000;
/** Relays and posts must be paid for before; announcement and answer together. */
const PAYING_MS = 60_000;
/** Whoever is to offer first is given so long. */
const COURTESY_MS = 4000;
/** After an attempt that failed nobody is offered one by hearsay for so long. */
const REST_MS = 60_000;
/** Signals of one envelope that are meant for one peer. */
const MAX_SIGNALS = 4;
/** Announcements of others that are remembered. */
const MAX_HEARD = 16;

type Offer = Extract<Signal, { readonly kind: "offer" }>;

/**
 * A newcomer announces itself once, by an offer to everyone. Of those who are
 * there the one with the smallest id answers it, and the others offer it
 * connections of their own. Of two who come at once, the one whose announcement
 * came first in the room's order is there. Nodes may order them differently:
 * when both offer or answer, the smaller id's offer counts; when none does, one
 * will offer after a while.
 */
export class Introductions {
  readonly #host: IntroductionsHost;
  readonly #attempts = new Map<PeerId, Attempt>();
  readonly #courtesies = new Map<PeerId, ReturnType<typeof setTimeout>>();
  /** What came of each peer is taken in order. */
  readonly #inboxes = new Map<PeerId, Promise<void>>();
  readonly #heard = new Set<PeerId>();
  /** Of those that others tell of. */
  readonly #tried = new Set<PeerId>();
  #restUntilMs = 0;
  #isHere = false;
  #closing = new AbortController();
  /** Of offers, in the order that they are made in; few begin alike. */
  #nextNumber = crypto.getRandomValues(new Uint32Array(1))[0]! >>> 1;
  readonly #openOffers = new OpenOffers(async () => {
    const connection = await this.#host.connect({ isRelayed: false });
    const description = await connection.offer();
    return { number: this.#nextNumber++, connection, description };
  }, PAYING_MS);

  constructor(host: IntroductionsHost) {
    this.#host = host;
  }

  /** Makes the offer of the next announcement, while there is time. */
  prepare(): void {
    // Relays are not bought for nobody.
    if (!this.#host.isRelayed()) this.#openOffers.prepare();
  }

  /** Says that this peer is here. */
  async announce(): Promise<void> {
    if (this.#closing.signal.aborted) this.#closing = new AbortController();
    const { signal } = this.#closing;
    this.prepare();
    const open = await this.#openOffers.begin(signal);
    if (signal.aborted) return;
    if (open === undefined) {
      await this.#host.post({ kind: "announce" });
      return;
    }
    const { number, description } = open;
    await this.#host.post({
      kind: "offer",
      to: EVERYONE,
      attempt: number,
      isRelayed: false,
      description,
    });
  }

  /** Takes what an envelope of the room holds; an own one tells that this peer is heard. */
  receive(opened: Opened): void {
    if (!opened.ok) {
      this.#isHere ||= opened.reason === "own";
      return;
    }
    const { from } = opened;
    const isHere = this.#isHere;
    const mine = opened.signals.filter((signal) =>
      signal.kind === "announce" || signal.to === EVERYONE ||
      signal.to === this.#host.selfId
    );
    for (const signal of mine.slice(0, MAX_SIGNALS)) {
      const turn = (this.#inboxes.get(from) ?? Promise.resolve())
        .then(() => this.#receiveSignal(from, signal, isHere))
        .catch((error) => this.#host.onError(error))
        .then(() => {
          if (this.#inboxes.get(from) === turn) this.#inboxes.delete(from);
        });
      this.#inboxes.set(from, turn);
    }
  }

  /** A peer has left. */
  forget(id: PeerId): void {
    this.#heard.delete(id);
  }

  /**
   * Offers a connection to a peer that has fallen silent, or that another peer
   * tells of: one of the two does.
   */
  reconnect(id: PeerId): void {
    if (this.#host.selfId < id && !this.#attempts.has(id)) this.#offer(id);
  }

  /**
   * Peers that another one is connected to. One that this side has missed, for
   * whatever reason, is offered a connection, one after the other; some may
   * not want one, or not be there at all.
   */
  hearOf(ids: readonly PeerId[]): void {
    if (this.#attempts.size > 0 || this.#courtesies.size > 0) return;
    if (performance.now() < this.#restUntilMs) return;
    const known = new Set([...this.#host.peers(), ...this.#tried]);
    const missed = ids.find((id) => this.#host.selfId < id && !known.has(id));
    if (missed === undefined) return this.#tried.clear();
    this.#tried.add(missed);
    this.#offer(missed);
  }

  /** Ends every attempt; there are none before the next announcement. */
  close(): void {
    this.#isHere = false;
    this.#closing.abort();
    this.#openOffers.close();
    for (const id of [...this.#courtesies.keys()]) this.#endCourtesy(id);
    for (const id of [...this.#attempts.keys()]) this.#end(id);
  }

  async #receiveSignal(
    from: PeerId,
    signal: Signal,
    isHere: boolean,
  ): Promise<void> {
    if (signal.kind === "announce") {
      return await this.#welcome(from, { isHere });
    }
    if (signal.to === EVERYONE && signal.kind === "offer") {
      return await this.#welcome(from, { isHere, open: signal });
    }
    if (signal.to !== this.#host.selfId) return;
    if (signal.kind === "offer") return await this.#answer(from, signal);
    const attempt = signal.kind === "answer"
      ? this.#answered(from, signal.attempt)
      : this.#attempts.get(from);
    if (attempt?.number !== signal.attempt) return;
    if (signal.kind === "candidates") {
      return await attempt.connection?.addCandidates(signal.candidates);
    }
    if (attempt.connection?.rtc.signalingState !== "have-local-offer") return;
    // The old connection works again, with what is on its way there.
    if (this.#host.isWell(from)) return this.#end(from);
    await attempt.connection.accept(signal.description);
    this.#postLate(from, attempt, attempt.connection);
    if (!attempt.isRelayed && this.#host.hasRelay()) {
      attempt.limit(DIRECT_MS, () => this.#fail(from, attempt));
    }
  }

  async #welcome(
    id: PeerId,
    { isHere, open }: { isHere: boolean; open?: Offer },
  ): Promise<void> {
    this.#hear(id);
    const isUnderWay = this.#host.isWell(id) || this.#attempts.has(id);
    if (isHere && !isUnderWay) {
      const isFirst = [...this.#host.peers(), ...this.#heard]
        .every((other) => other === id || this.#host.selfId < other);
      if (open !== undefined && isFirst) return await this.#answer(id, open);
      return void this.#offer(id);
    }
    // That peer will see this one's announcement, and answer or offer. Or it is
    // being connected, unless it has missed something; or is, unless it has left.
    if (!this.#hasRoomFor(id)) return;
    this.#endCourtesy(id);
    const offer = () => {
      this.#courtesies.delete(id);
      if (!this.#host.isWell(id)) this.#offer(id);
    };
    this.#courtesies.set(id, setTimeout(offer, COURTESY_MS));
  }

  /** Remembers who has announced itself: it may not be connected yet. */
  #hear(id: PeerId): void {
    this.#heard.delete(id);
    this.#heard.add(id);
    if (this.#heard.size > MAX_HEARD) {
      this.#heard.delete(this.#heard.values().next().value!);
    }
  }

  /** Which attempt an answer belongs to: the first to answer the announcement gets its connection. */
  #answered(id: PeerId, number: number): Attempt | undefined {
    const present = this.#attempts.get(id);
    if (present?.number === number) return present;
    const { open } = this.#openOffers;
    if (open?.number !== number) {
      // Somebody else was faster, or there was another announcement since.
      if (!present && !this.#host.isWell(id)) this.#offer(id);
      return;
    }
    // Offered since, to be answered too; or both answered: the smaller id's offer counts.
    const isOver = present?.isOffer
      ? present.number > number
      : present && this.#host.selfId > id;
    if (isOver) return;
    const attempt = this.#begin(id, {
      isOffer: true,
      isRelayed: false,
      number,
    });
    if (attempt === undefined) return;
    attempt.offeredAtMs = performance.now();
    this.#openOffers.take();
    this.#use(id, attempt, open.connection);
    return attempt;
  }

  async #offer(
    id: PeerId,
    { isRelayed = this.#host.isRelayed(id) } = {},
  ): Promise<void> {
    const attempt = this.#begin(id, {
      isOffer: true,
      isRelayed,
      number: this.#nextNumber++,
    });
    if (attempt === undefined) return;
    try {
      const connection = await this.#host.connect({ isRelayed });
      this.#use(id, attempt, connection);
      const description = await connection.offer();
      await this.#post(attempt, {
        kind: "offer",
        to: id,
        attempt: attempt.number,
        isRelayed,
        description,
      });
      attempt.offeredAtMs = performance.now();
      if (connection.rtc.signalingState === "have-local-offer") {
        attempt.limit(ATTEMPT_MS, () => this.#fail(id, attempt));
      }
    } catch (error) {
      this.#fail(id, attempt, error);
    }
  }

  async #answer(id: PeerId, offer: Offer): Promise<void> {
    const present = this.#attempts.get(id);
    // Both offer: the smaller id's counts, unless it was not heard. Of one peer's offers the last counts, on both sides.
    const isOver = present?.isOffer
      ? this.#host.selfId < id &&
        performance.now() - present.offeredAtMs < COURTESY_MS
      : present && present.number >= offer.attempt;
    if (isOver) return;
    const isRelayed = offer.isRelayed || this.#host.isRelayed();
    const attempt = this.#begin(id, {
      isOffer: false,
      isRelayed,
      number: offer.attempt,
    });
    if (attempt === undefined) return;
    const fail = (error: unknown) => this.#fail(id, attempt, error);
    try {
      const connection = await this.#host.connect({ isRelayed });
      this.#use(id, attempt, connection);
      const description = await connection.answer(offer.description);
      // Candidates that come meanwhile do not wait until this is paid for.
      this.#post(attempt, {
        kind: "answer",
        to: id,
        attempt: attempt.number,
        description,
      }).then(() => {
        attempt.limit(ATTEMPT_MS, () => this.#fail(id, attempt));
        return this.#postLate(id, attempt, connection);
      }).catch(fail);
    } catch (error) {
      fail(error);
    }
  }

  /** Takes the place of another attempt; undefined when there are too many. */
  #begin(
    id: PeerId,
    kind: ConstructorParameters<typeof Attempt>[0],
  ): Attempt | undefined {
    this.#end(id);
    this.#endCourtesy(id);
    if (!this.#hasRoomFor(id)) return undefined;
    const attempt = new Attempt(kind);
    attempt.limit(PAYING_MS, () => this.#fail(id, attempt));
    this.#attempts.set(id, attempt);
    this.#host.onConnecting(id, kind.isRelayed ? "relayed" : "direct");
    return attempt;
  }

  #use(id: PeerId, attempt: Attempt, connection: Connection): void {
    attempt.connection = connection;
    if (attempt.over.aborted) connection.close();
    attempt.over.throwIfAborted();
    connection.onOpen = () => {
      attempt.connection = undefined; // it is the room's now
      this.#end(id);
      this.#host.onOpen(id, connection);
    };
    connection.onLost = () => this.#fail(id, attempt);
  }

  /** The offering side tries once more, by a relay, where somebody has answered. */
  #fail(id: PeerId, attempt: Attempt, error?: unknown): void {
    if (this.#attempts.get(id) !== attempt) return;
    this.#end(id);
    if (error !== undefined) this.#host.onError(error);
    const { isOffer, isRelayed, connection } = attempt;
    const isAnswered = isOffer && connection?.rtc.remoteDescription;
    if (isAnswered && !isRelayed && this.#host.hasRelay()) {
      this.#offer(id, { isRelayed: true });
    } else {
      this.#restUntilMs = performance.now() + REST_MS;
      this.#host.onConnecting(id, "failed");
    }
  }

  #post({ over }: Attempt, signal: Signal): Promise<unknown> {
    return this.#host.post(signal, over);
  }

  async #postLate(
    id: PeerId,
    attempt: Attempt,
    connection: Connection,
  ): Promise<void> {
    try {
      const candidates = await connection.lateCandidates();
      if (candidates === undefined || attempt.over.aborted) return;
      const { number } = attempt;
      const kind = "candidates";
      await this.#post(attempt, { kind, to: id, attempt: number, candidates });
    } catch (error) {
      this.#fail(id, attempt, error);
    }
  }

  #hasRoomFor(id: PeerId): boolean {
    return !this.#closing.signal.aborted && this.#host.hasRoomFor(
      id,
      this.#attempts.size + this.#courtesies.size,
    );
  }

  #end(id: PeerId): void {
    this.#attempts.get(id)?.end();
    this.#attempts.delete(id);
  }

  #endCourtesy(id: PeerId): void {
    clearTimeout(this.#courtesies.get(id));
    this.#courtesies.delete(id);
  }
}
