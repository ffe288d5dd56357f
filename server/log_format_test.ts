import { assert, assertEquals, assertMatch } from "@std/assert";
import type { LogRecord } from "@logtape/logtape";
import { formatterFor } from "./log_format.ts";

function record(message: unknown[], properties = {}): LogRecord {
  return {
    category: ["sigmesh", "http"],
    level: "error",
    message,
    rawMessage: "Fault: {fault}",
    timestamp: 1_760_000_000_000,
    properties,
  };
}

const text = formatterFor("text", { isTimed: false });
const json = formatterFor("json", { isTimed: false });

Deno.test("text has time where it is wanted, severity, part and message", () => {
  const said = record(["taken: ", 8000, ""]);
  assertEquals(text(said), "error http: taken: 8000\n");
  assertEquals(
    formatterFor("text", { isTimed: true })(said),
    "2025-10-09T08:53:20.000Z error http: taken: 8000\n",
  );
});

/** Each would forge a line, move a cursor or turn text around. */
const hostile = [
  "\nerror http: forged",
  "\r\nerror http: forged",
  "\x1b[2K\x1b[1A\x1b[31mforged\x1b[0m",
  "\x9b2Jforged",
  "\x00\x07\x08\x7f",
  "\u2028forged\u2029",
  "\u202egro.elpmaxe\u2066",
  "\x85forged",
];

Deno.test("hostile text is one visible line, as a string, in an error, inside an object", () => {
  for (const said of hostile) {
    for (const value of [said, new Error(said), { [said]: said }, [said]]) {
      const line = text(record(["Fault: ", value, ""]));
      assert(line.endsWith("\n"));
      const shown = line.slice(0, -1);
      assertEquals(shown.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u), null, shown);
      assertMatch(shown, /^error http: Fault: /);
    }
  }
});

Deno.test("hostile text comes through json as it was, on one line", () => {
  for (const said of hostile) {
    const line = json(record(["Fault: ", said, ""], { said }));
    assertEquals(line.slice(0, -1).match(/\p{Cc}/u), null);
    const { message, properties } = JSON.parse(line);
    assertEquals([message, properties], [`Fault: ${said}`, { said }]);
  }
});

Deno.test("a fault is shown with its stack and what caused it", () => {
  const fault = new Error("outer", { cause: new TypeError("inner") });
  const line = text(record(["Fault: ", fault, ""]));
  assertMatch(
    line,
    /Fault: Error: outer \| at .*log_format_test\.ts.*\[cause\]: TypeError: inner \| at /,
  );
  const { message, properties } = JSON.parse(
    json(record(["Fault: ", fault, ""], { fault })),
  );
  assertEquals(message, "Fault: Error: outer");
  assertMatch(properties.fault.stack, /^Error: outer\n +at /);
  assertEquals(properties.fault.cause.message, "inner");
});

Deno.test("whatever is thrown can be written", () => {
  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const loop = new Error("loop");
  loop.cause = loop;
  for (
    const fault of [
      undefined,
      null,
      1n,
      Symbol("s"),
      Object.create(null),
      circular,
      loop,
    ]
  ) {
    for (const format of [text, json]) {
      assertMatch(format(record(["Fault: ", fault, ""], { fault })), /Fault: /);
    }
  }
});
