/** How the node is, in one sentence, and what to do about it. */

import type { ComponentChildren, VNode } from "preact";
import {
  formatCount,
  formatCountOf,
  formatRatio,
  formatShare,
} from "./quantities.ts";

/** What a verdict is made of. */
export interface VerdictFacts {
  /** Why the node cannot serve, or undefined when it can. */
  readonly unhealthy: string | undefined;
  /** Public origin, or null. */
  readonly url: string | null;
  /** As the reader dialled it. */
  readonly origin: string;
  /** Shares, 0..1. */
  readonly load: { readonly cpu: number; readonly memory: number };
  /** Present price relative to that at rest. */
  readonly priceRatio: number;
  /** Open streams, and how many there may be. */
  readonly streams: number;
  readonly maxStreams: number;
}

/** What the first lines of the status page say. */
export interface Verdict {
  readonly mood: "good" | "busy" | "bad";
  readonly sentence: string;
  readonly next: ComponentChildren;
}

const BUSY_LOAD = 0.75;
const FEW_SLOTS = 0.9;

/** The worst that is true comes first. */
export function verdictOf(facts: VerdictFacts): Verdict {
  const { unhealthy, load, streams, maxStreams } = facts;
  if (unhealthy !== undefined) return closing();
  if (streams >= maxStreams * FEW_SLOTS) return crowded(facts);
  if (Math.max(load.cpu, load.memory) >= BUSY_LOAD) return busy(facts);
  return facts.url === null ? unannounced(facts) : announced(facts.url);
}

function closing(): Verdict {
  return {
    mood: "bad",
    sentence: "Shutting down.",
    next: (
      <>
        Streams and posts are sent to other nodes. To be served here again, wait
        until the operator has started this node again, then reload.
      </>
    ),
  };
}

function crowded({ streams, maxStreams }: VerdictFacts): Verdict {
  const isFull = streams >= maxStreams;
  return {
    mood: isFull ? "bad" : "busy",
    sentence: isFull
      ? `Serving, but full: all ${formatCount(maxStreams)} streams are taken.`
      : `Serving, with ${formatCount(streams)} of ` +
        `${formatCountOf(maxStreams, "stream")} taken.`,
    next: (
      <>
        When all are, new ones are told to come back later. To hold more, raise
        {" "}
        <Option>--max-subscribers</Option> and <Option>ulimit -n</Option>{" "}
        above it.
      </>
    ),
  };
}

function busy({ load, priceRatio }: VerdictFacts): Verdict {
  const { cpu, memory } = load;
  const share = formatShare(Math.max(cpu, memory));
  return {
    mood: "busy",
    sentence: `Serving, at ${share} load: posts cost ` +
      `${formatRatio(priceRatio)} the idle price.`,
    next: memory > cpu
      ? (
        <>
          Memory is short. If this machine has more, raise{" "}
          <Option>--max-memory</Option>; else lower{" "}
          <Option>--max-subscribers</Option>.
        </>
      )
      : (
        <>
          The processor is short. The price keeps the node able to serve; if it
          stays high, move other programs off this machine or run a second node.
        </>
      ),
  };
}

function unannounced({ origin }: VerdictFacts): Verdict {
  return {
    mood: "good",
    sentence: "Serving. Not announced: no --public-url.",
    next: (
      <>
        Whoever reaches <code>{origin}</code>{" "}
        can use this node: try the demo in two windows. To make it known by a
        name, start it with <Option>--public-url</Option>{" "}
        <code>https://node.example</code>.
      </>
    ),
  };
}

function announced(url: string): Verdict {
  return {
    mood: "good",
    sentence: `Serving at ${url}.`,
    next: (
      <>
        Try the demo in two windows, or open a room and post to it. Pages of any
        site may use this node, without an account.
      </>
    ),
  };
}

/** Not to be broken at its hyphens. */
function Option({ children }: { children: string }): VNode {
  return <code class="whole">{children}</code>;
}
