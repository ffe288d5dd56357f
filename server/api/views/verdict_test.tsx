import { assertEquals, assertStringIncludes } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { type VerdictFacts, verdictOf } from "./verdict.tsx";

const IDLE: VerdictFacts = {
  unhealthy: undefined,
  url: "https://node.example",
  origin: "http://localhost:8000",
  load: { cpu: 0.03, memory: 0 },
  priceRatio: 1,
  streams: 0,
  maxStreams: 20_000,
};

function verdict(facts: Partial<VerdictFacts>) {
  const { mood, sentence, next } = verdictOf({ ...IDLE, ...facts });
  return { mood, sentence, next: renderToString(<>{next}</>) };
}

Deno.test("an announced node says where it serves", () => {
  const { mood, sentence } = verdict({});
  assertEquals([mood, sentence], ["good", "Serving at https://node.example."]);
});

Deno.test("a node without a public URL says so, and which option sets one", () => {
  const { sentence, next } = verdict({ url: null });
  assertEquals(sentence, "Serving. Not announced: no --public-url.");
  assertStringIncludes(next, "http://localhost:8000");
  assertStringIncludes(next, "--public-url");
});

Deno.test("a loaded node says how much dearer posts are, and what is short", () => {
  const byProcessor = verdict({
    load: { cpu: 0.93, memory: 0.2 },
    priceRatio: 59.6,
  });
  assertEquals(
    byProcessor.sentence,
    "Serving, at 93 % load: posts cost 60 times the idle price.",
  );
  assertEquals(byProcessor.mood, "busy");
  assertStringIncludes(byProcessor.next, "processor");
  const byMemory = verdict({ load: { cpu: 0.2, memory: 0.75 } });
  assertStringIncludes(byMemory.sentence, "75 % load");
  assertStringIncludes(byMemory.next, "--max-memory");
  const below = verdict({ load: { cpu: 0.749, memory: 0.749 } });
  assertEquals(below.mood, "good");
});

Deno.test("a node with few streams left says which bounds to raise", () => {
  assertEquals(verdict({ streams: 17_999 }).mood, "good");
  const few = verdict({ streams: 18_000 });
  assertEquals(
    [few.mood, few.sentence],
    ["busy", "Serving, with 18,000 of 20,000 streams taken."],
  );
  assertStringIncludes(few.next, "ulimit -n");
  const none = verdict({ streams: 20_000 });
  assertEquals(
    [none.mood, none.sentence],
    ["bad", "Serving, but full: all 20,000 streams are taken."],
  );
});

Deno.test("a node that ends says that before anything else", () => {
  const { mood, sentence } = verdict({
    unhealthy: "This node is shutting down.",
    load: { cpu: 1, memory: 1 },
    streams: 20_000,
  });
  assertEquals([mood, sentence], ["bad", "Shutting down."]);
});
