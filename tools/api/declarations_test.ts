import { assertEquals, assertRejects } from "@std/assert";
import { readPublicSymbols } from "./declarations.ts";
import { symbolsOf } from "./testing/module.ts";

Deno.test("what a module does not export is not read", async () => {
  const symbols = await symbolsOf(
    "interface A {}\nexport interface B { a: A }\n",
  );
  assertEquals([...symbols.keys()], ["B"]);
});

Deno.test("a name that two packages export is the first one's", async () => {
  const symbols = await symbolsOf(
    "export type A = 1;\n",
    "export type A = 2;\nexport type B = 3;\n",
  );
  assertEquals([...symbols.values()].map(({ name, from }) => [name, from]), [
    ["A", "test"],
    ["B", "other"],
  ]);
});

Deno.test("constructors that applications do not call are left out", async () => {
  const symbols = await symbolsOf(`
    export class A {
      /** Use {@linkcode b}. */
      constructor(a: string) {}
    }
    export class B extends Error {
      /** Its words. */
      constructor(a: string) { super(a); }
    }
    export class C {
      /** Throws. */
      constructor(a: string) {}
    }
    export class D {
      private constructor(a: string) {}
    }
  `);
  const counts = [...symbols.values()].map(({ declaration }) =>
    declaration.kind === "class" && declaration.def.constructors?.length
  );
  assertEquals(counts, [0, 0, 1, 0]);
});

Deno.test("a module that cannot be read is an error", async () => {
  await assertRejects(
    () => readPublicSymbols({ a: new URL("file:///nowhere/mod.ts") }),
    Error,
    "nowhere",
  );
});
