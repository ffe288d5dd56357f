/** Streams and posters on one server: sends posts, follows each to its readers. */

import type {
  Connection,
  ConnectionHandler,
  ConnectionLoop,
} from "./connections.ts";
import { AnswerReader, type RawAnswer } from "./http.ts";
import { markedPost, MarkerScanner } from "./markers.ts";
import type { RoomServer } from "./server.ts";

/** Connections under way at a time: fewer than a server may allow one address. */
const MOST_CONNECTING = 64;
const OPEN_WITHIN_MS = 60_000;
const DRAIN_MS = 3000;

/** A post that is not yet answered and delivered to all. */
interface Outstanding {
  readonly since: number;
  /** Deliveries, and one for the answer. */
  awaited: number;
}

/** A stream that is open. */
export interface Stream {
  readonly room: number;
  readonly connection: Connection;
}

/** One keep-alive connection that posts. */
interface Poster {
  readonly connection: Connection;
  /** The post whose answer it awaits. */
  awaits: number | undefined;
}

/** Rooms 0, 1, …; every room gets as many readers. */
export class RoomTraffic {
  readonly streams: Stream[] = [];
  /** Called for every delivery with the time since its post was due, and when that was. */
  onDelivery = (_latencyMs: number, _dueAt: number): void => {};
  /** Called when a post was answered and delivered to all. */
  onComplete = (_latencyMs: number): void => {};
  readonly #loop: ConnectionLoop;
  readonly #server: RoomServer;
  readonly #postBytes: number;
  readonly #outstanding = new Map<number, Outstanding>();
  readonly #idle: Poster[] = [];
  readonly #refusals = new Map<string, number>();
  #posts = 0;
  #readersPerRoom = 0;
  /** Of those, so many in each room are not waited for. */
  #notAwaited = 0;

  constructor({ loop, server, postBytes }: {
    loop: ConnectionLoop;
    server: RoomServer;
    postBytes: number;
  }) {
    this.#loop = loop;
    this.#server = server;
    this.#postBytes = postBytes;
  }

  /** Posts not yet answered and delivered to all. */
  get inFlight(): number {
    return this.#outstanding.size;
  }

  /** What went wrong, such as `status 401`, and how often. */
  get refusals(): ReadonlyMap<string, number> {
    return this.#refusals;
  }

  /** Opens so many readers in each of so many rooms. Throws when one is refused. */
  openStreams({ rooms, perRoom }: { rooms: number; perRoom: number }): void {
    const wanted = rooms * perRoom;
    this.#readersPerRoom = perRoom;
    let dialled = 0;
    let opened = 0;
    const dialMore = () => {
      while (dialled < wanted && dialled - opened < MOST_CONNECTING) {
        this.#openStream(dialled++ % rooms, () => {
          opened++;
          dialMore();
        });
      }
    };
    dialMore();
    this.#loop.turnUntil(() => opened === wanted, {
      withinMs: OPEN_WITHIN_MS,
      awaited: () => `${wanted} streams, of which ${opened} opened`,
    });
  }

  /** Opens connections that post. */
  openPosters(count: number): void {
    for (let i = 0; i < count; i++) this.#openPoster();
    this.#loop.turnUntil(() => this.#idle.length === count, {
      withinMs: OPEN_WITHIN_MS,
      awaited: () => `${count} posters, of which ${this.#idle.length} opened`,
    });
  }

  /** Posts to a room; false when no poster is idle. */
  post(room: number, dueAt: number): boolean {
    // The one that was idle longest: servers close those that stay so.
    const poster = this.#idle.shift();
    if (poster === undefined) return false;
    const number = this.#posts++;
    const readers = this.#readersPerRoom;
    const body = markedPost(number, this.#postBytes);
    const awaited = readers - this.#notAwaited + 1;
    this.#outstanding.set(number, { since: dueAt, awaited });
    poster.awaits = number;
    poster.connection.send(this.#server.postRequest({ room, readers, body }));
    return true;
  }

  /** From now on so many readers fewer are waited for, in each room. */
  expectFewerReaders(count: number): void {
    this.#notAwaited += count;
  }

  /** Waits for what is under way, and returns how many posts did not arrive everywhere. */
  settle(): number {
    const deadline = performance.now() + DRAIN_MS;
    while (this.inFlight > 0 && performance.now() < deadline) {
      this.#loop.turn(10);
    }
    const missing = this.inFlight;
    this.#outstanding.clear();
    return missing;
  }

  #openStream(room: number, onReady: () => void): void {
    const scanner = new MarkerScanner();
    let isReady = false;
    let now = 0;
    const onNumber = (number: number) => this.#delivered(number, now);
    const handler: ConnectionHandler = {
      onOpen: (connection) => connection.send(this.#server.streamRequest(room)),
      onData: (bytes, connection) => {
        now = performance.now();
        scanner.scan(bytes, onNumber);
        if (isReady) return;
        isReady = true;
        this.streams.push({ room, connection });
        onReady();
      },
      onClose: () => this.#count("stream closed"),
    };
    this.#loop.dial(this.#address, handler);
  }

  #openPoster(): void {
    const answers = new AnswerReader();
    const poster: Poster = {
      awaits: undefined,
      connection: this.#loop.dial(this.#address, {
        onOpen: () => this.#idle.push(poster),
        onData: (bytes) =>
          answers.read(bytes, (answer) => this.#answered(poster, answer)),
        onClose: () => this.#replace(poster),
      }),
    };
  }

  /** Servers close connections that were idle for some seconds. */
  #replace(poster: Poster): void {
    const at = this.#idle.indexOf(poster);
    if (at >= 0) this.#idle.splice(at, 1);
    if (poster.awaits !== undefined) this.#count("poster closed");
    this.#openPoster();
  }

  get #address() {
    return { address: "127.0.0.1", port: this.#server.port };
  }

  #answered(poster: Poster, answer: RawAnswer): void {
    const number = poster.awaits;
    if (number === undefined) return; // a farewell, 408
    poster.awaits = undefined;
    this.#server.noteAnswer(answer);
    if (answer.status >= 300) this.#count(`status ${answer.status}`);
    this.#idle.push(poster);
    this.#arrived(number, performance.now());
  }

  #delivered(number: number, now: number): void {
    const post = this.#outstanding.get(number);
    if (post === undefined) return; // of an earlier measurement
    this.onDelivery(now - post.since, post.since);
    this.#arrived(number, now);
  }

  #arrived(number: number, now: number): void {
    const post = this.#outstanding.get(number);
    if (post === undefined || --post.awaited > 0) return;
    this.#outstanding.delete(number);
    this.onComplete(now - post.since);
  }

  #count(what: string): void {
    this.#refusals.set(what, (this.#refusals.get(what) ?? 0) + 1);
  }
}
