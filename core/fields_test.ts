import { assertEquals } from "@std/assert";
import {
  type Check,
  hasFields,
  isAbsentOr,
  isCount,
  isHeight,
  isNumbers,
  isShare,
  isString,
  isStrings,
} from "./fields.ts";

/** Of all sorts that JSON has, and what JavaScript can make of numbers. */
const VALUES = {
  "null": null,
  "true": true,
  "text": "text",
  "0": 0,
  "-1": -1,
  "1.5": 1.5,
  "256": 256,
  "2^53": 2 ** 53,
  "NaN": NaN,
  "Infinity": Infinity,
  "[]": [],
  "[text]": ["text"],
  "[0]": [0],
  "{}": {},
  "{a:0}": { a: 0 },
  "{a:text}": { a: "text" },
  "undefined": undefined,
};

const accepted: [name: string, check: Check, names: string[]][] = [
  ["a text", isString, ["text"]],
  ["texts", isStrings, ["[]", "[text]"]],
  ["numbers by name", isNumbers, ["{}", "{a:0}"]],
  ["a count", isCount, ["0", "256"]],
  ["a share", isShare, ["0"]],
  ["a height", isHeight, ["0", "1.5"]],
  ["a count, or nothing", isAbsentOr(isCount), ["0", "256", "undefined"]],
];

for (const [name, check, names] of accepted) {
  Deno.test(`nothing else is taken for ${name}`, () => {
    const found = Object.entries(VALUES).filter(([, value]) => check(value));
    assertEquals(found.map(([name]) => name).toSorted(), names.toSorted());
  });
}

Deno.test("an object has fields when each that is asked for is right, whatever else it has", () => {
  const checks = { a: isCount, b: isAbsentOr(isString) };
  assertEquals(hasFields({ a: 1 }, checks), true);
  assertEquals(hasFields({ a: 1, b: "b", c: null }, checks), true);
  assertEquals(hasFields({ a: 1, b: null }, checks), false);
  assertEquals(hasFields({ b: "b" }, checks), false);
  for (const value of [null, "a", 1, undefined]) {
    assertEquals(hasFields(value, {}), false);
  }
});
