import { assertEquals, assertThrows } from "@std/assert";
import { orderSymbols } from "./reading_order.ts";
import { symbolsOf } from "./testing/module.ts";

const SOURCE = `
  import type { Far, Unneeded } from "./other.ts";
  export interface AloneHere {}
  export interface OptionsOfA { readonly both: Both; }
  export function a(options: OptionsOfA): void {}
  export interface Both { readonly far: Far; }
  export function b(both: Both): void {}
`;
const OTHER = `
  export interface Far {}
  export interface Unneeded {}
`;

Deno.test("a symbol stands where the fewest steps lead to it, what nothing leads to last", async () => {
  const order = orderSymbols(await symbolsOf(SOURCE, OTHER), {
    sections: [{ title: "A", roots: ["a"] }, { title: "B", roots: ["b"] }],
    own: "test",
  });
  assertEquals(
    [...order].map(([title, members]) => [
      title,
      members.map(({ name }) => name),
    ]),
    [
      ["A", ["a", "OptionsOfA"]],
      ["B", ["b", "Both", "Far"]],
      ["Besides", ["AloneHere"]],
    ],
  );
});

Deno.test("a section cannot begin with what nothing exports", async () => {
  const symbols = await symbolsOf("export type A = 1;\n");
  const sections = [{ title: "A", roots: ["B"] }];
  assertThrows(
    () => orderSymbols(symbols, { sections, own: "test" }),
    TypeError,
    "Nothing exports B",
  );
});
