import { assertEquals } from "@std/assert";
import { Progress } from "./progress.ts";

function show(isTerminal: boolean): string[] {
  const written: string[] = [];
  const progress = new Progress({
    isTerminal,
    write: (text) => written.push(text),
  });
  progress.begin("Measuring");
  for (const seconds of [0, 1, 2.5, 5, 6, 10]) {
    progress.at({ seconds, ofSeconds: 10, name: "wasm" });
  }
  progress.end();
  return written;
}

Deno.test("on a terminal one line changes, and is gone at the end", () => {
  const written = show(true);
  assertEquals(written[0], "Measuring\n");
  assertEquals(written[2], "\r\x1b[K  10 %, 9 s left: wasm");
  assertEquals(written.at(-1), "\r\x1b[K");
  assertEquals(written.length, 8);
});

Deno.test("in a file there are a few lines", () => {
  assertEquals(show(false), [
    "Measuring\n",
    "  0 %, 10 s left: wasm\n",
    "  25 %, 8 s left: wasm\n",
    "  50 %, 5 s left: wasm\n",
    "  100 %, 0 s left: wasm\n",
  ]);
});
