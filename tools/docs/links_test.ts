import { assertEquals } from "@std/assert";
import { pathsIn, staleSections } from "./links.ts";

Deno.test("links lead from their document, code spans from the root", () => {
  const text = "[a](limits.md#x), [b](../README.md), [c](https://a.example), " +
    "[d](#here), `core/wire.ts`, `dist/sigmesh`\n\n[e]: guide.md\n";
  assertEquals(pathsIn(text, "docs/api.md"), [
    "docs/limits.md",
    "README.md",
    "docs/guide.md",
    "core/wire.ts",
  ]);
});

Deno.test("a section is where a heading has its words, in this document or another", () => {
  const documents = new Map([
    ["README.md", "# A\n\n[b](docs/b.md#what-it-costs-you) [a](#a)\n"],
    ["docs/b.md", "## What it *costs*, `you`!\n\n[TURN]: ../README.md#a\n"],
  ]);
  assertEquals(staleSections("README.md", documents), []);
  assertEquals(staleSections("docs/b.md", documents), []);
});

Deno.test("a section that no heading has is stale, a comment in a block is no heading", () => {
  const documents = new Map([
    ["README.md", "[b](b.md#run) [c](b.md#walk) [d](#run)\n"],
    ["b.md", "# Run\n\n```sh\n# Walk\n```\n"],
  ]);
  assertEquals(staleSections("README.md", documents), ["b.md#walk", "#run"]);
});
