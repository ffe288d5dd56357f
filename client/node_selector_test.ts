import { assertEquals } from "@std/assert";
import { formatToken } from "@sigmesh/core";
import { FakeClock } from "../server/testing/fake_clock.ts";
import { withTestNode } from "../server/testing/test_node.ts";
import { NodeRefusalError } from "./errors.ts";
import type { KnownNode } from "./known_node.ts";
import { NodeSelector } from "./node_selector.ts";
import { type Page, thisPage } from "./page.ts";

const A = "https://a.example";
const B = "https://b.example";
const C = "https://c.example";

const BUSY = {
  type: "urn:sigmesh:problem:too-busy",
  title: "Too busy",
  status: 503,
  detail: "Pay.",
};

const { signal } = new AbortController();

function tokenOf(height: number): string {
  return formatToken({ issuedAt: 1_760_000_000, height }, new Uint8Array(16));
}

/** What a real node says of itself. */
async function realFacts(): Promise<Record<string, unknown>> {
  let facts = {};
  await withTestNode(async ({ origin }) => {
    const headers = { accept: "application/json" };
    facts = await (await fetch(origin, { headers })).json();
  });
  return facts;
}

/** How a node of these tests behaves. */
interface Behaviour {
  /** Of its price, in bits; absent: never answers. */
  height?: number;
  /** Whether it tells that for free. */
  isBusy?: boolean;
  roundTripMs?: number;
  nodes?: string[];
}

interface Situation {
  nodes: Record<string, Behaviour>;
  /** Those that the page names; default: all. */
  given?: string[];
  random?: () => number;
}

/** A selector of nodes that behave so, in a time that runs only while they answer. */
async function situation({ nodes, given, random = () => 0 }: Situation) {
  const facts = await realFacts();
  const clock = new FakeClock();
  const asked: string[] = [];
  const page: Page = { ...thisPage, now: () => clock.now(), random };
  const answer = (url: URL): Response | undefined => {
    const { height, isBusy, nodes: names = [] } = nodes[url.origin]!;
    if (height === undefined) return undefined;
    if (url.pathname === "/nodes") return Response.json(names);
    asked.push(url.origin);
    if (isBusy) return Response.json(BUSY, { status: BUSY.status });
    return Response.json({ ...facts, height, token: tokenOf(height) });
  };
  /** Answers on their way: each is heard, at its time, before the next arrives. */
  const arrivals: { atMs: number; arrive: () => void }[] = [];
  let delivering = Promise.resolve();
  const deliver = async () => {
    while (arrivals.length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      const next = arrivals.sort((a, b) => a.atMs - b.atMs).shift()!;
      clock.advance(Math.max(0, next.atMs - clock.now()));
      next.arrive();
    }
  };
  const selector = new NodeSelector(given ?? Object.keys(nodes), {
    client: {
      fetch: (url, init) =>
        new Promise((resolve, reject) => {
          const response = answer(new URL(`${url}`));
          const { roundTripMs = 0 } = nodes[new URL(`${url}`).origin]!;
          if (response !== undefined) {
            arrivals.push({
              atMs: clock.now() + roundTripMs,
              arrive: () => resolve(response),
            });
            if (arrivals.length === 1) delivering = deliver();
          }
          init?.signal?.addEventListener("abort", () => reject(new Error()));
        }),
    },
    discover: true,
    page,
  });
  const known = (origin: string): KnownNode =>
    selector.known.find(({ client }) => client.origin === origin)!;
  const settle = async (choice: Promise<KnownNode | undefined>) => {
    const chosen = await choice;
    await delivering;
    return chosen?.client.origin;
  };
  const choose = (options = {}) => settle(selector.choose(signal, options));
  const findFarCheaper = (node: KnownNode) =>
    settle(selector.findFarCheaper(node, signal));
  return { selector, clock, asked, known, choose, findFarCheaper };
}

Deno.test("cost is round trip and work: a near node may be dearer", async () => {
  // 2^20 hashes take a tenth of a second at the guessed rate.
  const { selector, choose } = await situation({
    nodes: {
      [A]: { height: 20, roundTripMs: 10 },
      [B]: { height: 16, roundTripMs: 200 },
    },
  });
  assertEquals(await choose(), A);
  // On a device as slow as this it takes ten seconds.
  selector.learn({
    hashes: 100_000,
    milliseconds: 1000,
    height: 16,
    engine: "",
    threads: 1,
  });
  assertEquals(await choose(), B);
});

Deno.test("chance decides among those that cost nearly the same", async () => {
  let chance = 0;
  const { choose } = await situation({
    nodes: {
      [A]: { height: 16, roundTripMs: 100 },
      [B]: { height: 16, roundTripMs: 120 },
      [C]: { height: 16, roundTripMs: 150 },
    },
    random: () => chance,
  });
  assertEquals(await choose(), A);
  chance = 0.999;
  assertEquals(await choose(), B);
});

Deno.test("one node is not asked, several are asked once in a minute", async () => {
  const alone = await situation({ nodes: { [A]: { height: 16 } } });
  assertEquals(await alone.choose(), A);
  assertEquals(alone.asked, []);

  const { clock, asked, choose } = await situation({
    nodes: { [A]: { height: 16 }, [B]: { height: 20 } },
  });
  await choose();
  clock.advance(59_999);
  await choose();
  assertEquals(asked, [A, B]);
  clock.advance(1);
  await choose();
  assertEquals(asked, [A, B, A, B]);
});

Deno.test("in a hurry none is asked that has ever answered, however long ago", async () => {
  const { clock, asked, known, choose } = await situation({
    nodes: { [A]: { height: 16 }, [B]: { height: 20 } },
  });
  await choose();
  asked.length = 0;
  clock.advance(3_600_000);
  known(A).fail(new Error("broken"));
  assertEquals(await choose({ isHurried: true }), B);
  assertEquals(asked, []);
  known(B).fail(new Error("broken"));
  await choose({ isHurried: true });
  assertEquals(asked, [A, B]);
});

Deno.test("a node that does not answer is not waited for", async () => {
  const controller = new AbortController();
  const { selector } = await situation({
    nodes: { [A]: {}, [B]: { height: 16 } },
  });
  const chosen = await selector.choose(controller.signal);
  assertEquals(chosen?.client.origin, B);
  controller.abort();
});

Deno.test("a node too busy to tell its price for free has not failed: its stream can be paid", async () => {
  const busy = { height: 16, isBusy: true, roundTripMs: 2000 };
  const { known, choose } = await situation({
    nodes: { [A]: busy, [B]: { height: 22 } },
  });
  assertEquals(await choose(), B);
  known(B).fail(new Error("broken"));
  assertEquals(await choose(), A);
});

Deno.test("a node that failed is used last, for a minute", async () => {
  const { clock, known, choose } = await situation({
    nodes: { [A]: { height: 16 }, [B]: { height: 20 }, [C]: { height: 22 } },
  });
  assertEquals(await choose(), A);
  known(A).fail(new Error("broken"));
  assertEquals(await choose(), B);
  clock.advance(1);
  known(B).fail(new Error("broken"));
  assertEquals(await choose(), C);
  known(C).fail(new Error("broken"));
  assertEquals(await choose(), A, "the one that failed the longest ago");
  clock.advance(60_000);
  known(B).fail(new Error("again"));
  assertEquals(await choose(), A);
});

Deno.test("nodes that others name are asked too, so many of each", async () => {
  const named = Array.from({ length: 100 }, (_, i) => `https://${i}.example`);
  const nodes: Record<string, Behaviour> = {
    [A]: { height: 22, nodes: named },
    [B]: { height: 22, nodes: ["http:", "x", "ftp://x.example", A] },
  };
  for (const name of named) nodes[name] = { height: 16 };
  const { selector, asked, choose } = await situation({
    nodes,
    given: [A, B],
  });
  assertEquals(await choose(), named[0]);
  assertEquals(asked.sort(), [...named.slice(0, 4), A, B].sort());
  assertEquals(selector.known.length, 64);
});

Deno.test("a price four times the others' is moved from, once a minute", async () => {
  const { clock, known, choose, findFarCheaper } = await situation({
    nodes: { [A]: { height: 16 }, [B]: { height: 18 } },
  });
  assertEquals(await choose(), A);
  const a = known(A);
  const rise = (height: number) => {
    a.hearQuote({ token: tokenOf(height), height });
    return findFarCheaper(a);
  };
  assertEquals(await rise(19.99609375), undefined);
  assertEquals(await rise(20), B);
  assertEquals(await rise(20), undefined);
  clock.advance(59_999);
  assertEquals(await rise(20), undefined);
  clock.advance(1);
  assertEquals(await rise(20), B);
});

Deno.test("others that have become dear too are not moved to", async () => {
  const nodes: Record<string, Behaviour> = {
    [A]: { height: 16 },
    [B]: { height: 18 },
  };
  const { known, choose, findFarCheaper } = await situation({ nodes });
  assertEquals(await choose(), A);
  nodes[B]!.height = 22;
  known(A).hearQuote({ token: tokenOf(22), height: 22 });
  assertEquals(await findFarCheaper(known(A)), undefined);
});

Deno.test("it is hopeless when every node would say the same again", async () => {
  const { selector, known } = await situation({
    nodes: { [A]: {}, [B]: {} },
  });
  const refusal = (status: number) =>
    new NodeRefusalError(A, {
      type: "urn:sigmesh:problem:x",
      title: "",
      status,
      detail: "",
    });
  known(A).fail(refusal(421));
  assertEquals(selector.isHopeless, false);
  known(B).fail(refusal(404));
  assertEquals(selector.isHopeless, true);
  for (const status of [401, 408, 429, 503]) {
    known(B).fail(refusal(status));
    assertEquals(selector.isHopeless, false, `${status}`);
  }
});
