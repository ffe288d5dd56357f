import { assertEquals } from "@std/assert";
import { staleTree } from "./tree.ts";

function architecture(tree: string): string {
  return `# Architecture\n\n## The tree\n\n\`\`\`\n${tree}\`\`\`\n\n## Imports\n`;
}

const TREE = architecture(`core/            what is hashed
  token.ts  stamp.ts   text, and what bench.ts is not
  engine_*.ts    engines; made from worker.ts
    part.ts      of them
server/          a node
  hostile/       attacks
  testing/       for tests
    chromium.ts
    …
`);

const FILES = [
  "core/token.ts",
  "core/stamp.ts",
  "core/engine_fast.ts",
  "core/worker.ts",
  "core/part.ts",
  "core/mod.ts",
  "core/token_test.ts",
  "server/hostile/flood_test.ts",
  "server/testing/chromium.ts",
  "server/testing/clock.ts",
  "docs/guide.md",
];

Deno.test("a tree that names all sources is not stale", () => {
  assertEquals(staleTree(TREE, FILES), []);
});

Deno.test("a source is missed where its folder lists others", () => {
  assertEquals(staleTree(TREE, [...FILES, "core/height.ts"]), [
    "the tree lacks core/height.ts",
  ]);
});

Deno.test("a file of the same name elsewhere stands for no other", () => {
  const files = [...FILES, "bench/token.ts"];
  assertEquals(staleTree(TREE, files), ["the tree lacks bench/token.ts"]);
});

Deno.test("a file, folder or pattern that stands for nothing is stale", () => {
  const files = FILES.filter((file) => !/part|engine|hostile/.test(file));
  assertEquals(staleTree(TREE, files), [
    "there is no server/hostile/",
    "there is no core/engine_*.ts",
    "there is no core/part.ts",
  ]);
});
