/** The packages, as registries get them. */

import { assert, assertEquals } from "@std/assert";
import { fileURLToPath } from "node:url";
import client from "../client/deno.json" with { type: "json" };
import core from "../core/deno.json" with { type: "json" };
import server from "../server/deno.json" with { type: "json" };

Deno.test("node and packages are of one version", () => {
  assertEquals([core.version, client.version], [
    server.version,
    server.version,
  ]);
});

Deno.test("what is ours in the strategy for Trystero is documented", async () => {
  const folder = fileURLToPath(new URL("../client", import.meta.url));
  const { stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", "--lint", `${folder}/trystero.ts`],
    env: { NO_COLOR: "1" },
  }).output();
  const complaints = new TextDecoder().decode(stderr).split("\n")
    .filter((line) => /^ *--> /.test(line));
  assert(complaints.length > 0, "Trystero's own types have no comments");
  assertEquals(complaints.filter((line) => line.includes(folder)), []);
});

Deno.test("examples that need a node are of the right types", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const examples = await ignoredExamples();
    assert(examples.length > 5);
    const files = examples.map((_, i) => `${folder}/${i}.ts`);
    await Promise.all(
      examples.map((text, i) => Deno.writeTextFile(files[i]!, text)),
    );
    const config = fileURLToPath(new URL("../deno.json", import.meta.url));
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--config", config, ...files],
    }).output();
    assert(success, new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** In comments and README of the client: `deno test --doc` would run them, and `no_run` of Deno 2.9 does not stop it. */
async function ignoredExamples(): Promise<string[]> {
  const folder = new URL("../client/", import.meta.url);
  const examples: string[] = [];
  for await (const { name } of Deno.readDir(folder)) {
    if (!/\.(ts|md)$/.test(name) || name.endsWith("_test.ts")) continue;
    const text = await Deno.readTextFile(new URL(name, folder));
    for (
      const [, , example] of text.matchAll(
        /^( \* )?```ts ignore\n([^]*?)^(?: \* )?```/gm,
      )
    ) examples.push(example!.replaceAll(/^ \* ?/gm, ""));
  }
  return examples;
}

Deno.test("each package carries the licence", async () => {
  const [root, ...copies] = await Promise.all(
    ["LICENSE", "core/LICENSE", "client/LICENSE"].map((file) =>
      Deno.readTextFile(new URL(`../${file}`, import.meta.url))
    ),
  );
  assertEquals(copies, [root, root]);
});
