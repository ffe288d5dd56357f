import { assertEquals, assertThrows } from "@std/assert";
import type { PublicSymbol, TypeNode } from "./declarations.ts";
import { symbolsOf } from "./testing/module.ts";
import { functionText, typeText } from "./type_text.ts";

Deno.test("types are written as they stand in the source", async () => {
  const types = [
    "string | undefined",
    "readonly (string | URL)[]",
    '"open" | 5 | true',
    "(a: string, b?: number) => void",
    "new (a: string) => Date",
    'Omit<Request, "url" | "body">',
    "Promise<ReadonlyMap<string, number[]>>",
    "keyof Event",
    'Event["type"]',
    "typeof fetch",
    "[string, number]",
    "Event & { a: string; b?: number; c(): void }",
    "{ [name: string]: number }",
    "{}",
  ];
  const source = types.map((type, i) => `export type T${i} = ${type};\n`);
  const symbols = await symbolsOf(source.join(""));
  assertEquals([...symbols.values()].map(textOf), types);
});

Deno.test("what may be left out need not say that it may be undefined", async () => {
  const symbols = await symbolsOf(`
    export type A = { readonly a?: string | undefined; b?: (() => void) | undefined };
  `);
  assertEquals(textOf(symbols.get("A")!), "{ a?: string; b?: () => void }");
});

Deno.test("a parameter with a default may be left out; a pattern is called options, or what it says", async () => {
  const symbols = await symbolsOf(`
    export function f<T extends Event>(
      { a }: { a: T }, b: string, c = 5, { d = 1 }: Options = {}, ...e: string[]
    ): T { return a; }
    export interface Options { d?: number }
  `);
  const { declaration } = symbols.get("f")!;
  assertEquals(
    declaration.kind === "function" && functionText("f", declaration.def),
    "f<T extends Event>({ a }: { a: T }, b: string, c?: number, " +
      "options?: Options, ...e: string[]): T",
  );
});

Deno.test("a type of an unknown kind is not left out in silence", () => {
  const type = { kind: "mapped", value: {} } as unknown as TypeNode;
  assertThrows(() => typeText(type), TypeError, "mapped");
});

function textOf({ declaration }: PublicSymbol): string {
  return declaration.kind === "typeAlias"
    ? typeText(declaration.def.tsType!)
    : "no type";
}
