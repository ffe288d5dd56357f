/** One mesh, from its start to the end of its time: the real rooms, homes and links of each node. */

import type { RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../../server/limits.ts";
import type { Sink } from "../../server/rooms/subscriber.ts";
import { SimulatedLinks } from "../../server/testing/simulated_links.ts";
import {
  type SimulatedNode,
  stampUnmined,
  startSimulatedNode,
} from "../../server/testing/simulated_node.ts";
import { createRandom, drawWait } from "../sim/chance.ts";
import { COUNTED_MS, Deliveries, type Loss } from "./deliveries.ts";
import { drawLives, type Life, type PopulationSetting } from "./population.ts";
import { SimulatedTime } from "./simulated_time.ts";
import { chanceOf, Views, type ViewSetting } from "./views.ts";

/** What is simulated. */
export interface TrialSetting
  extends Omit<PopulationSetting, "random" | "durationMs">, ViewSetting {
  /** For which posts are counted. */
  readonly minutes: number;
  /** Posts a second in each room of each node. */
  readonly postsPerSecond: number;
  readonly seed: number;
}

/** What was seen. Costs are of a node that is alive, and of a second. */
export interface TrialResult {
  readonly setting: TrialSetting;
  readonly deliveries: number;
  readonly lost: number;
  readonly meanHops: number;
  readonly byHops: readonly number[];
  /** Milliseconds. */
  readonly longestMs: number;
  /** Of deliveries, those that took longer than a second. */
  readonly late: number;
  readonly links: number;
  readonly messages: number;
  readonly bytes: number;
  /** Seconds after the crash until rooms were whole again: no post of later was lost, or took longer than a second. */
  readonly healedSeconds?: number;
  readonly refused: Readonly<Record<string, number>>;
  readonly losses: readonly (Loss & { fromAgeMs: number; toAgeMs: number })[];
  readonly faults: number;
}

/** Within which all start. */
const START_MS = 1000;
/** Links open, rooms are joined; what is posted meanwhile does not count. */
const SETTLING_MS = 30_000;
/** One way, from one node to another: on one continent or between two. */
const LATENCY_MS = { least: 5, most: 150 };
const PING_MS = SERVER_LIMITS.linkPingSeconds * 1000;
/** That a link survives unanswered. */
const PINGS = 2;
const MESSAGE = '{"type":"message","room":"';
const BODY_AT = MESSAGE.length + 40 + '","body":"'.length;

/** Runs a trial; `onMinute` hears of progress. */
export async function runTrial(
  setting: TrialSetting,
  onMinute: (minute: number, trial: Trial) => void = () => {},
): Promise<TrialResult> {
  const trial = new Trial(setting);
  for (let minute = 1; minute <= setting.minutes; minute++) {
    await trial.runTo(SETTLING_MS + minute * 60_000);
    onMinute(minute, trial);
  }
  trial.endPosts();
  await trial.runTo(SETTLING_MS + setting.minutes * 60_000 + COUNTED_MS + 1);
  return trial.result();
}

/** A mesh under way. */
export class Trial {
  readonly deliveries = new Deliveries();
  readonly #setting: TrialSetting;
  readonly #random: () => number;
  readonly #time = new SimulatedTime();
  readonly #lives: readonly Life[];
  readonly #indexOf: ReadonlyMap<string, number>;
  readonly #views: Views;
  readonly #links: SimulatedLinks;
  readonly #nodes = new Map<number, SimulatedNode>();
  readonly #users = new Map<RoomHash, Set<number>>();
  readonly #faults: unknown[] = [];
  readonly #refused: Record<string, number> = {};
  #serial = 0;
  #isPosting = true;
  #bytes = 0;
  #messages = 0;
  /** Nodes alive times seconds, and links of both kinds seen meanwhile. */
  #nodeSeconds = 0;
  #linkSeconds = 0;

  constructor(setting: TrialSetting) {
    this.#setting = setting;
    const random = this.#random = createRandom(setting.seed);
    const durationMs = SETTLING_MS + setting.minutes * 60_000 + COUNTED_MS;
    const time = this.#time;
    this.#lives = drawLives({ ...setting, durationMs, random });
    this.#indexOf = new Map(
      this.#lives.map(({ origin, index }) => [origin, index]),
    );
    this.#views = new Views(this.#lives, { ...setting, time, durationMs });
    this.#links = new SimulatedLinks(
      (task, { from, to }) => {
        const way = [this.#indexOf.get(from)!, this.#indexOf.get(to)!].sort();
        const { least, most } = LATENCY_MS;
        const share = chanceOf(way[0]!, way[1]!, 4);
        time.after(least + share * (most - least), task);
      },
      (text, way) => this.#noteCarried(text, way),
    );
    for (const life of this.#lives) {
      // Not all tick at once.
      time.after(life.bornAtMs + random() * START_MS, () => this.#bear(life));
      if (life.diesAtMs < durationMs) {
        time.after(life.diesAtMs, () => this.#kill(life));
      }
    }
    time.after(SETTLING_MS, () => time.every(1000, () => this.#observe()));
  }

  runTo(ms: number): Promise<void> {
    return this.#time.runTo(ms);
  }

  endPosts(): void {
    this.#isPosting = false;
  }

  result(): TrialResult {
    const { deliveries } = this;
    for (const node of this.#nodes.values()) this.#addRefused(node);
    const perNode = (sum: number) => sum / this.#nodeSeconds;
    const { crashAtMs } = this.#setting;
    return {
      setting: this.#setting,
      deliveries: deliveries.wanted,
      lost: deliveries.wanted - deliveries.reached,
      meanHops: deliveries.meanHops,
      byHops: Array.from(deliveries.byHops, (count) => count ?? 0),
      longestMs: deliveries.longestMs,
      late: deliveries.late,
      links: perNode(this.#linkSeconds),
      messages: perNode(this.#messages),
      bytes: perNode(this.#bytes),
      ...(crashAtMs === undefined ? {} : {
        healedSeconds: Math.max(0, deliveries.lastMissedAtMs - crashAtMs) /
          1000,
      }),
      refused: this.#refused,
      losses: deliveries.losses.map((loss) => ({
        ...loss,
        fromAgeMs: loss.atMs - this.#lives[loss.from]!.bornAtMs,
        toAgeMs: loss.atMs - this.#lives[loss.to]!.bornAtMs,
      })),
      faults: this.#faults.length,
    };
  }

  #bear(life: Life): void {
    if (life.diesAtMs <= this.#time.nowMs) return;
    const node = startSimulatedNode(life.origin, {
      ...{ clock: this.#time, links: this.#links, random: this.#random },
      members: this.#views.viewOf(life),
      homes: this.#views.rankingOf(life),
      onFault: (fault) => this.#faults.push(fault),
    });
    this.#nodes.set(life.index, node);
    // Whom the first ones dial has started too.
    this.#time.after(START_MS, () => {
      if (this.#nodes.get(life.index) === node) this.#join(life, node);
    });
  }

  #join(life: Life, node: SimulatedNode): void {
    for (const room of life.rooms) {
      const sink = new CountingSink((serial) =>
        this.deliveries.delivered(serial, {
          to: life.index,
          atMs: this.#time.nowMs,
        })
      );
      const addressBlock = room;
      node.rooms.subscribe(room, { sink, addressBlock, replay: undefined });
      const users = this.#users.get(room) ?? new Set();
      this.#users.set(room, users.add(life.index));
      this.#postLater(life, room);
    }
  }

  /** Its machine is gone; the others' pings find out. */
  #kill({ index, origin, rooms }: Life): void {
    const node = this.#nodes.get(index);
    if (node === undefined) return;
    this.#nodes.delete(index);
    for (const room of rooms) this.#users.get(room)!.delete(index);
    this.#links.vanish(
      origin,
      (task) => this.#time.after(PING_MS * (PINGS + this.#random()), task),
    );
    this.#addRefused(node);
    node.federation.close();
    node.rooms.close();
  }

  #postLater(life: Life, room: RoomHash): void {
    const { postsPerSecond } = this.#setting;
    const waitMs = drawWait(this.#random, 1000 / postsPerSecond);
    this.#time.after(waitMs, () => {
      if (!this.#isPosting || !this.#nodes.has(life.index)) return;
      this.#post(life, room);
      this.#postLater(life, room);
    });
  }

  #post({ index: from, origin }: Life, room: RoomHash): void {
    const serial = this.#serial++;
    const { nowMs: atMs } = this.#time;
    if (atMs >= SETTLING_MS) {
      const wanted = [...this.#users.get(room)!]
        .filter((other) => other !== from);
      this.deliveries.post(serial, { from, atMs, wanted });
      this.#time.after(
        COUNTED_MS,
        () => this.deliveries.settle(serial, (node) => this.#nodes.has(node)),
      );
    }
    const issuedAt = Math.floor(this.#time.now() / 1000);
    const text = `${serial}`;
    const stamped = stampUnmined(room, {
      ...{ body: text, paidTo: origin, issuedAt, serial },
    });
    const body = new TextEncoder().encode(text);
    this.#nodes.get(from)!.rooms.post(room, { ...stamped, body, origin });
  }

  #noteCarried(text: string, way: { from: string; to: string }): void {
    if (this.#time.nowMs < SETTLING_MS) return;
    if (this.#isPosting) {
      this.#messages++;
      this.#bytes += text.length;
    }
    if (!text.startsWith(MESSAGE)) return;
    const serial = Number(text.slice(BODY_AT, text.indexOf('"', BODY_AT)));
    this.deliveries.carried(serial, {
      from: this.#indexOf.get(way.from)!,
      to: this.#indexOf.get(way.to)!,
    });
  }

  /** Costs are of the time in which posts are sent. */
  #observe(): void {
    if (!this.#isPosting) return;
    this.#nodeSeconds += this.#nodes.size;
    this.#linkSeconds += this.#links.size;
  }

  #addRefused({ federation }: SimulatedNode): void {
    for (const [reason, count] of Object.entries(federation.totals.refused)) {
      if (count > 0) {
        this.#refused[reason] = (this.#refused[reason] ?? 0) + count;
      }
    }
  }
}

/** Reads serial numbers out of a stream's events. */
class CountingSink implements Sink {
  readonly unsentBytes = 0;
  onClose: (() => void) | undefined;
  readonly #onSerial: (serial: number) => void;

  constructor(onSerial: (serial: number) => void) {
    this.#onSerial = onSerial;
  }

  write(bytes: Uint8Array, left?: () => void): void {
    const text = new TextDecoder().decode(bytes);
    for (const [, serial] of text.matchAll(/^id: .*\ndata: (\d+)$/gm)) {
      this.#onSerial(Number(serial));
    }
    left?.();
  }

  end(): void {}

  destroy(): void {}
}
