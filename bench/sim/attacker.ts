/**
 * Somebody who wants the node to be of no use to others, knows its law, sees its
 * price, and mines at a given rate with whatever token is cheapest.
 */

import {
  formatStamp,
  heightOf,
  parseToken,
  SALT_BYTES,
  workOf,
} from "@sigmesh/core";
import type { Quote } from "@sigmesh/core/wire";
import type { Reply } from "../../server/api/exchange.ts";
import { noncesOfHeight } from "./chance.ts";
import type { SimulatedNode } from "./simulated_node.ts";
import type { Timeline } from "./timeline.ts";

/** What an attack does at a moment. */
export type Conduct = "rest" | "hoard" | "post" | "ask";

/** What is flooded. */
export interface Target {
  /** Of the next request. */
  path(): string;
  /** The most that a request may owe, as a multiple of the base price; else what was quoted. */
  readonly mostSurcharge?: number;
  /** Is told of each request that was taken. */
  onAccepted?(reply: Reply, address: string): void;
}

/** How an attack goes. */
export interface Attack {
  readonly hashesPerSecond: number;
  /** Requests that wait for their answers at once. */
  readonly connections: number;
  /** They are spread over these. */
  readonly addresses: number;
  /** By seconds since the start. `ask`: requests without a stamp. */
  readonly conductAt: (seconds: number) => Conduct;
  readonly target: Target;
}

/** A token that is still good. */
interface Held {
  readonly token: string;
  readonly issuedAtMs: number;
  /** What a stamp under it must hold while it is honoured. */
  readonly work: number;
  /** The same as a multiple of the base price. */
  readonly factor: number;
}

/** Stamps mined under one token, as yet unsent. */
interface Hoard {
  readonly held: Held;
  /** Work in each. */
  readonly work: number;
  stamps: number;
}

const TICK_MS = 100;
/** With a second left for the way. */
const TOKEN_USABLE_MS = 118_000;
/** Tokens older than 10 s owe at least half the present price; it takes a while to be served. */
const HONOURED_MS = 8500;

/** Goes on for as long as time does. */
export class Attacker {
  #accepted = 0;
  readonly #timeline: Timeline;
  readonly #node: SimulatedNode;
  readonly #random: () => number;
  readonly #attack: Attack;
  #held: Held[] = [];
  #hoards: Hoard[] = [];
  readonly #idle: string[];

  constructor(
    { timeline, node, random }: {
      timeline: Timeline;
      node: SimulatedNode;
      random: () => number;
    },
    attack: Attack,
  ) {
    this.#timeline = timeline;
    this.#node = node;
    this.#random = random;
    this.#attack = attack;
    this.#idle = Array.from(
      { length: attack.connections },
      (_, i) =>
        `203.${(i % attack.addresses) >> 8}.113.${i % attack.addresses & 255}`,
    );
  }

  /** Requests that the node has taken so far. */
  get accepted(): number {
    return this.#accepted;
  }

  start(): void {
    this.#tick();
  }

  #tick(): void {
    const conduct = this.#conduct;
    if (this.#timeline.nowMs % 1000 < TICK_MS) this.#askForQuote();
    if (conduct === "hoard" || conduct === "post") this.#mine(conduct);
    this.#sendAll();
    this.#timeline.after(TICK_MS, () => this.#tick());
  }

  get #conduct(): Conduct {
    return this.#attack.conductAt(this.#timeline.nowMs / 1000);
  }

  /** A token a second, from an address that does nothing else. */
  #askForQuote(): void {
    this.#node.send({
      method: "POST",
      path: this.#attack.target.path(),
      headers: { accept: "application/json" },
      address: "198.51.100.1",
      onAnswer: (answer) => this.#learn(answer as Reply),
    });
  }

  #learn({ body }: Reply): void {
    const { token, height } = JSON.parse(body as string) as Partial<Quote>;
    if (token === undefined || height === undefined) return;
    const parsed = parseToken(token);
    if (!parsed.ok) throw new Error(parsed.detail);
    const base = workOf(parsed.value.height);
    const { mostSurcharge = workOf(height) / base } = this.#attack.target;
    this.#held.push({
      token,
      issuedAtMs: this.#timeline.nowMs,
      work: base * mostSurcharge,
      factor: mostSurcharge,
    });
  }

  #mine(conduct: "hoard" | "post"): void {
    this.#forgetExpired();
    const enough = this.#attack.connections * 2;
    if (conduct === "post" && this.#hoarded >= enough) return;
    const held = this.#cheapest();
    if (held === undefined) return;
    const work = this.#dueFor(held);
    let hoard = this.#hoards.at(-1);
    if (hoard?.held !== held || hoard.work !== work) {
      this.#hoards.push(hoard = { held, work, stamps: 0 });
    }
    hoard.stamps += this.#attack.hashesPerSecond * TICK_MS / 1000 / work;
  }

  #forgetExpired(): void {
    const isUsable = ({ issuedAtMs }: Held) =>
      this.#timeline.nowMs - issuedAtMs < TOKEN_USABLE_MS;
    this.#held = this.#held.filter(isUsable);
    this.#hoards = this.#hoards.filter(({ held, work }) =>
      isUsable(held) && work >= this.#dueFor(held)
    );
  }

  get #hoarded(): number {
    return this.#hoards.reduce((sum, { stamps }) => sum + stamps, 0);
  }

  /** What a stamp under this token must hold now. */
  #dueFor(held: Held): number {
    const half = this.#node.parts.price.work / 2;
    return this.#isHonoured(held)
      ? held.work
      : Math.max(held.work, half * held.factor);
  }

  #isHonoured({ issuedAtMs }: Held): boolean {
    return this.#timeline.nowMs - issuedAtMs < HONOURED_MS;
  }

  /** Of the tokens that are honoured in full the cheapest; of equals the one that lives longest. */
  #cheapest(): Held | undefined {
    return this.#held
      .filter((held) => this.#isHonoured(held))
      .reduce<Held | undefined>(
        (best, held) =>
          best === undefined || held.work <= best.work ? held : best,
        undefined,
      );
  }

  #sendAll(): void {
    while (this.#idle.length > 0 && this.#sendOne()) {
      /* as many as there are */
    }
  }

  #sendOne(): boolean {
    const conduct = this.#conduct;
    if (conduct === "ask") {
      this.#send(this.#idle.shift()!, undefined);
      return true;
    }
    if (conduct !== "post") return false;
    const hoard = this.#hoards.find(({ stamps, work, held }) =>
      stamps >= 1 && work >= this.#dueFor(held)
    );
    if (hoard === undefined) return false;
    hoard.stamps--;
    this.#send(this.#idle.shift()!, hoard);
    return true;
  }

  #send(address: string, hoard: Hoard | undefined): void {
    this.#node.send({
      method: "POST",
      path: this.#attack.target.path(),
      headers: {
        accept: "application/json",
        ...(hoard === undefined ? {} : { authorization: this.#stamp(hoard) }),
      },
      address,
      onAnswer: (answer) => {
        const reply = answer as Reply;
        if (reply.status < 300) {
          this.#accepted++;
          this.#attack.target.onAccepted?.(reply, address);
        } else if (hoard !== undefined) {
          hoard.stamps = 0; // the others would be refused as well
        }
        this.#idle.push(address);
        this.#sendAll();
      },
    });
  }

  #stamp(hoard: Hoard): string {
    const nonces = noncesOfHeight(heightOf(hoard.work));
    const salt = Uint8Array.from(
      { length: SALT_BYTES },
      () => this.#random() * 256,
    );
    return `PoW ${formatStamp({ token: hoard.held.token, salt, nonces })}`;
  }
}
