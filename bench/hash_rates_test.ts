import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  type Candidate,
  formatRates,
  measureInTurns,
  median,
  ownCandidates,
  together,
} from "./hash_rates.ts";

/** A candidate with given rates, round by round; the first does not count. */
function scripted(name: string, rates: number[]): Candidate {
  const left = [...rates];
  return { name, threads: 1, measure: () => Promise.resolve(left.shift()!) };
}

Deno.test("candidates take turns, and ratios are those of a round", async () => {
  const steps: string[] = [];
  const rates = await measureInTurns([
    scripted("fast", [9e9, 10e6, 20e6, 40e6]),
    scripted("slow", [9e9, 5e6, 5e6, 10e6]),
  ], {
    rounds: 3,
    durationMs: 1,
    onStep: (done, all, name) => steps.push(`${done}/${all} ${name}`),
  });
  assertEquals(steps.slice(0, 3), ["0/8 fast", "1/8 slow", "2/8 fast"]);
  assertEquals(steps.at(-1), "8/8 done");
  assertEquals(rates[0]!.median, 20e6);
  assertEquals(rates[1]!.rounds, [5e6, 5e6, 10e6]);
  assertEquals(rates[1]!.firstIsFasterBy, 4);
  assertStringIncludes(
    formatRates(rates),
    "| slow | 1 | 5.000 | 5.000 | 10.000 | 4.00 |",
  );
});

Deno.test("candidates opened apart are measured and closed together", () => {
  const closed: string[] = [];
  const open = (name: string) => ({
    candidates: [scripted(name, [])],
    missing: [`${name} missing`],
    close: () => void closed.push(name),
  });
  const { candidates, missing, close } = together(open("a"), open("b"));
  assertEquals(candidates.map(({ name }) => name), ["a", "b"]);
  assertEquals(missing, ["a missing", "b missing"]);
  close();
  assertEquals(closed, ["a", "b"]);
});

Deno.test("the median is the middle, or between the middle two", () => {
  assertEquals(median([3]), 3);
  assertEquals(median([3, 1, 2]), 2);
  assertEquals(median([4, 1, 2, 3]), 2.5);
});

Deno.test("every engine is a candidate, and measures", async () => {
  const { candidates, missing, close } = await ownCandidates();
  assertEquals(missing, []);
  assertEquals(candidates.slice(0, 7).map(({ name }) => name), [
    "wasm-simd",
    "wasm-scalar",
    "javascript",
    "hash-wasm",
    "hash-wasm, 80 bytes",
    "hash-wasm, hexadecimal digest",
    "wasm-simd in workers",
  ]);
  const rates = await measureInTurns(candidates, {
    rounds: 1,
    durationMs: 10,
    onStep: () => {},
  });
  assertEquals(rates.every(({ median }) => median > 1000), true);
  close();
});
