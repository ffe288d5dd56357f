/** Writes docs/api.md from the library's types and comments; with --check, compares. */

import { type PublicSymbol, readPublicSymbols } from "./api/declarations.ts";
import { orderSymbols, type Section } from "./api/reading_order.ts";
import { symbolText } from "./api/symbol_text.ts";

const root = new URL("../", import.meta.url);
const output = new URL("docs/api.md", root);
const OWN = "@sigmesh/client";

const HEAD = `# API of the client library

Made from the code by \`deno task api\`; do not edit. [guide.md](guide.md) is
where to begin.

Every node serves the library as \`/client.js\`; its package is \`${OWN}\`. Types
of \`@sigmesh/core\` stand here where they are needed to read the others.`;

const symbols = await readPublicSymbols({
  [OWN]: new URL("client/mod.ts", root),
  "@sigmesh/core": new URL("core/mod.ts", root),
  "@sigmesh/core/wire": new URL("core/wire.ts", root),
});
const order = orderSymbols(symbols, {
  sections: sectionsOf(symbols),
  own: OWN,
});
const listed = new Map(
  [...order.values()].flat().map((symbol) => [symbol.name, symbol]),
);
const parts = [...order].filter(([, members]) => members.length > 0)
  .map(([title, members]) =>
    [
      `## ${title}`,
      ...members.map((symbol) =>
        symbolText(symbol, { symbols: listed, own: OWN })
      ),
    ].join("\n\n")
  );
const text = await formatted(`${[HEAD, ...parts].join("\n\n")}\n`);

if (Deno.args.includes("--check")) {
  if (await Deno.readTextFile(output).catch(() => "") !== text) {
    console.error("docs/api.md is not what the code says: deno task api");
    Deno.exit(1);
  }
} else {
  await Deno.writeTextFile(output, text);
}

function sectionsOf(symbols: ReadonlyMap<string, PublicSymbol>): Section[] {
  const errors = [...symbols.values()].filter(({ from, declaration }) =>
    from === OWN && declaration.kind === "class" &&
    declaration.def.extends === "Error"
  );
  return [
    { title: "Rooms", roots: ["joinRoom"] },
    { title: "Signaling for connections of your own", roots: ["openChannel"] },
    { title: "One node", roots: ["NodeClient"] },
    { title: "Errors", roots: errors.map(({ name }) => name) },
    { title: "Proof of work", roots: ["solve", "measureHashRate"] },
  ];
}

/** As `deno fmt` leaves it, so that a check of the format and this one agree. */
async function formatted(markdown: string): Promise<string> {
  const formatter = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--ext", "md", "-"],
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = formatter.stdin.getWriter();
  await writer.write(new TextEncoder().encode(markdown));
  await writer.close();
  const { success, stdout } = await formatter.output();
  if (!success) Deno.exit(1);
  return new TextDecoder().decode(stdout);
}
