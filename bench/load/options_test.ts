import { assertEquals, assertThrows } from "@std/assert";
import { chosenFrom } from "./options.ts";

Deno.test("names choose from a list, in the order asked, and others are refused", () => {
  const [one, two] = [{ name: "one" }, { name: "two" }];
  const choose = chosenFrom([one, two]);
  assertEquals(choose("two,one"), [two, one]);
  assertThrows(() => choose("three"), Error, '"three" is none of one, two.');
});
