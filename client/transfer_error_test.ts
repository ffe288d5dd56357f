import { assertEquals } from "@std/assert";
import { errorOf, reasonOf } from "./transfer_error.ts";

Deno.test("a reason is an error's message, cut short", () => {
  assertEquals(reasonOf(new Error("x".repeat(1000))), "x".repeat(256));
  assertEquals(reasonOf("why"), "why");
  assertEquals(reasonOf(undefined), "undefined");
});

Deno.test("what is not text is no reason", () => {
  for (const reason of [undefined, null, 1, {}, { toString: 1 }]) {
    assertEquals(errorOf(reason).message, "The other side says: no reason");
  }
  const error = errorOf("y".repeat(1000));
  assertEquals(
    `${error}`,
    `TransferError: The other side says: ${"y".repeat(256)}`,
  );
});
