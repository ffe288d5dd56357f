import { assertEquals, assertThrows } from "@std/assert";
import { amount, chosenFrom } from "./options.ts";

Deno.test("names choose from a list, in the order asked, and others are refused", () => {
  const [one, two] = [{ name: "one" }, { name: "two" }];
  const choose = chosenFrom([one, two]);
  assertEquals(choose("two,one"), [two, one]);
  assertThrows(() => choose("three"), Error, '"three" is none of one, two.');
});

Deno.test("amounts are above 0, others are refused", () => {
  assertEquals([amount("0.5"), amount("10000")], [0.5, 10_000]);
  for (const text of ["0", "-1", "x", "1e999", ""]) {
    assertThrows(() => amount(text), Error, `"${text}" is no number above 0.`);
  }
});
