import { assertEquals } from "@std/assert";
import { docText, symbolText } from "./symbol_text.ts";
import { symbolsOf } from "./testing/module.ts";

async function textOf(name: string, source: string): Promise<string> {
  const symbols = await symbolsOf(source);
  return symbolText(symbols.get(name)!, { symbols, own: "test" });
}

Deno.test("a function is told with its signature, comment and types", async () => {
  const source = `
    /** What \`f\` takes. */
    export interface Options { readonly a?: string }
    /** Does it by {@linkcode Options}. Throws. */
    export function f(options: Options): void {}
  `;
  assertEquals(
    await textOf("f", source),
    [
      "### f",
      "```ts ignore\nfunction f(options: Options): void;\n```",
      "Does it by [`Options`](#options). Throws.",
      "With [`Options`](#options).",
    ].join("\n\n"),
  );
});

Deno.test("an interface has its own members and those that it inherits, each once", async () => {
  const source = `
    export interface Base {
      /** Old. */
      a: string;
      b: number;
      /** Kept. */
      c: Date;
    }
    /** All. */
    export interface Whole extends Omit<Base, "b"> {
      /** New. */
      a: "x";
    }
  `;
  assertEquals(
    await textOf("Whole", source),
    [
      "### Whole",
      "All.",
      '- `a: "x"`: New.\n- `c: Date` (as [`Base`](#base) has it): Kept.',
      "With [`Base`](#base).",
    ].join("\n\n"),
  );
});

Deno.test("of a class stands what applications use", async () => {
  const source = `
    export interface Events { a: Event }
    /** One. */
    export class A extends EventTarget {
      /** Its name. */
      readonly name: string = "";
      #secret = 1;
      protected inner = 2;
      /** Use {@linkcode a}. */
      constructor(a: string) { super(); }
      /** So many. */
      get size(): number { return 0; }
      /** Makes one. */
      static make(): A { return new A(""); }
      override addEventListener<K extends keyof Events>(type: K): void {}
    }
  `;
  assertEquals(
    await textOf("A", source),
    [
      "### A",
      "Class, extends `EventTarget`.",
      "One.",
      [
        "- `name: string`: Its name.",
        "- `size: number`: So many.",
        "- `static make(): A`: Makes one.",
      ].join("\n"),
      "With [`Events`](#events).",
    ].join("\n\n"),
  );
});

Deno.test("a string that only parsing makes is told as one", async () => {
  const source = `
    /** An id. */
    export type Id = string & { readonly __brand: "Id" };
  `;
  assertEquals(await textOf("Id", source), "### Id\n\nA string.\n\nAn id.");
});

Deno.test("what another package exports says so", async () => {
  const symbols = await symbolsOf("export {};\n", "export type A = 1;\n");
  assertEquals(
    symbolText(symbols.get("A")!, { symbols, own: "test" }),
    "### A\n\n```ts ignore\ntype A = 1;\n```\n\nOf `other`.",
  );
});

Deno.test("comments keep names that the page has not, and examples are not tested twice", () => {
  assertEquals(
    docText(
      "See {@linkcode a.b}.\n\n```ts\na;\n```\n\n```js ignore\nb;\n```\n",
      new Map(),
    ),
    "See `a.b`.\n\n```ts ignore\na;\n```\n\n```js ignore\nb;\n```",
  );
});
