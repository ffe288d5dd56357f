import { assertEquals, assertStringIncludes } from "@std/assert";
import {
  NodeRefusalError,
  NodesUnreachableError,
  NodeUnreachableError,
  PriceTooHighError,
} from "./errors.ts";

Deno.test("errors name the node and say what to do", () => {
  const cause = new Error("connection refused");
  const unreachable = new NodeUnreachableError("http://localhost:1", cause);
  assertStringIncludes(unreachable.message, "http://localhost:1");
  assertStringIncludes(unreachable.message, "connection refused");
  assertEquals(unreachable.cause, cause);

  const tooHigh = new PriceTooHighError("http://localhost:1", 25.5, 24);
  assertEquals(tooHigh.height, 25.5);
  assertStringIncludes(tooHigh.message, "raise maxHeight");
});

Deno.test("a refusal has the node's words and its code", () => {
  const refusal = new NodeRefusalError("http://localhost:1", {
    type: "urn:sigmesh:problem:bad-room",
    title: "Not a room",
    status: 400,
    detail: "Use 40 digits.",
  });
  assertEquals(refusal.code, "bad-room");
  assertEquals(
    refusal.message,
    "http://localhost:1 refused: Not a room. Use 40 digits.",
  );
});

Deno.test("when no node will do, each is named on a line of its own", () => {
  const a = "http://a.example";
  const b = "http://b.example";
  const causes = new Map<string, unknown>([
    [a, new NodeUnreachableError(a, new Error("refused"))],
    [b, "gone"],
  ]);
  const error = new NodesUnreachableError(causes);
  const [head, first, second] = error.message.split("\n");
  assertStringIncludes(head!, "name others");
  assertStringIncludes(first!, "- http://a.example does not answer (refused)");
  assertEquals(second, "- gone");
  assertEquals(error.causes, causes);
});
