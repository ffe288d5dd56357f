/** Which posts reached whom within the minute for which they are kept; over how many links, and how soon. */

/** A post counts for so long. */
export const COUNTED_MS = 60_000;
/** Two or three links take a third of it: who gets a post later has to thank a replay. */
const LATE_MS = 1000;

/** A post on its way. */
interface Post {
  readonly from: number;
  readonly atMs: number;
  /** Nodes that it should reach. */
  readonly wanted: readonly number[];
  readonly reached: Set<number>;
  /** Links on the way to each node that it has come to. */
  readonly hops: Map<number, number>;
}

/** A post that did not reach a node. */
export interface Loss {
  readonly from: number;
  readonly to: number;
  readonly atMs: number;
  /** Whether it came to that node, which did not take it. */
  readonly hasCome: boolean;
  /** Nodes that it came to. */
  readonly spread: number;
}

/** Counts; told of everything by serial numbers of posts and indices of nodes. */
export class Deliveries {
  /** A post and a node that it had to reach. */
  wanted = 0;
  reached = 0;
  /** Deliveries by the number of links on the way. */
  readonly byHops: number[] = [];
  /** Deliveries that were late, and the longest. */
  late = 0;
  longestMs = 0;
  /** When the last post was sent that came late somewhere, or nowhere. */
  lastMissedAtMs = 0;
  readonly losses: Loss[] = [];
  readonly #posts = new Map<number, Post>();

  post(
    serial: number,
    { from, atMs, wanted }: {
      from: number;
      atMs: number;
      wanted: readonly number[];
    },
  ): void {
    const hops = new Map([[from, 0]]);
    this.#posts.set(serial, { from, atMs, wanted, reached: new Set(), hops });
  }

  /** A copy has come from one node to another; what it is worth nobody knows yet. */
  carried(serial: number, { from, to }: { from: number; to: number }): void {
    const hops = this.#posts.get(serial)?.hops;
    if (hops === undefined || hops.has(to)) return;
    hops.set(to, (hops.get(from) ?? 0) + 1);
  }

  /** A reader at a node was given a post. */
  delivered(serial: number, { to, atMs }: { to: number; atMs: number }): void {
    const post = this.#posts.get(serial);
    if (post === undefined || to === post.from || post.reached.has(to)) return;
    post.reached.add(to);
    if (!post.wanted.includes(to)) return; // it was born later
    const tookMs = atMs - post.atMs;
    this.longestMs = Math.max(this.longestMs, tookMs);
    if (tookMs > LATE_MS) {
      this.late++;
      this.#noteMissed(post);
    }
    const hops = post.hops.get(to) ?? 0;
    this.byHops[hops] = (this.byHops[hops] ?? 0) + 1;
  }

  /** A post's minute is over. Nodes that died meanwhile do not count. */
  settle(serial: number, isAlive: (node: number) => boolean): void {
    const post = this.#posts.get(serial);
    if (post === undefined) return;
    this.#posts.delete(serial);
    const { from, atMs, wanted, reached, hops } = post;
    for (const to of wanted) {
      if (!isAlive(to)) continue;
      this.wanted++;
      if (reached.has(to)) this.reached++;
      else {
        const spread = hops.size;
        this.#noteMissed(post);
        this.losses.push({ from, to, atMs, hasCome: hops.has(to), spread });
      }
    }
  }

  #noteMissed({ atMs }: Post): void {
    this.lastMissedAtMs = Math.max(this.lastMissedAtMs, atMs);
  }

  get meanHops(): number {
    const all = this.byHops.reduce((sum, count) => sum + (count ?? 0), 0);
    const links = this.byHops.reduce(
      (sum, n, hops) => sum + (n ?? 0) * hops,
      0,
    );
    return links / all;
  }
}
