import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { PieceJoiner, splitMessage } from "./pieces.ts";

const HEAD = { address: "root", id: "abcdefgh" };
const still = () => 0;

Deno.test("any message of JSON comes out as it went in, in lines that fit into posts", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 2500, unit: "binary" }), (text) => {
      const lines = splitMessage(JSON.stringify(text), HEAD);
      const joiner = new PieceJoiner(still);
      const messages = lines.map((line) => {
        assert(new TextEncoder().encode(line).length <= 1024);
        assert(/^[ -~]+$/.test(line));
        return joiner.take(line);
      });
      const last = messages.pop()!;
      assertEquals(messages.filter(Boolean), []);
      assertEquals([last.address, JSON.parse(last.text)], ["root", text]);
    }),
  );
});

Deno.test("a message one character too long is refused", () => {
  assertEquals(splitMessage("x".repeat(16 * 996), HEAD).length, 16);
  assertThrows(
    () => splitMessage("x".repeat(16 * 996 + 1), HEAD),
    RangeError,
    "at most 15936 characters",
  );
});

Deno.test("pieces may come in any order, twice, and between those of others", () => {
  const joiner = new PieceJoiner(still);
  const [first, second, third] = splitMessage("x".repeat(2500), HEAD);
  const other = splitMessage("y".repeat(1500), { ...HEAD, id: "ABCDEFGH" });
  assertEquals(joiner.take(third!), undefined);
  assertEquals(joiner.take(first!), undefined);
  assertEquals(joiner.take(first!), undefined);
  assertEquals(joiner.take(other[1]!), undefined);
  assertEquals(joiner.take(second!)?.text, "x".repeat(2500));
  assertEquals(joiner.take(other[0]!)?.text, "y".repeat(1500));
});

Deno.test("what is no piece is ignored", () => {
  const joiner = new PieceJoiner(still);
  const lines = [
    "",
    "hello",
    "root abcdefgh 0/1 x",
    "root abcdefgh 2/1 x",
    "root abcdefgh 1/17 x",
    "root abcdefgh 1/0 x",
    "root abcdefg 1/1 x",
    "rootrootrootroot abcdefgh 1/1 x",
    "ROOT abcdefgh 1/1 x",
    "root abcdefgh -1/1 x",
    "root abcdefgh 100/100 x",
  ];
  for (const line of lines) assertEquals(joiner.take(line), undefined, line);
  fc.assert(fc.property(fc.string(), (line) => {
    joiner.take(line); // does not throw
  }));
});

Deno.test("a message whose rest does not come within a minute is forgotten", () => {
  for (
    const [waitMs, isJoined] of [[59_999, true], [60_000, true], [
      60_001,
      false,
    ]] as const
  ) {
    let now = 0;
    const joiner = new PieceJoiner(() => now);
    const [first, second] = splitMessage("x".repeat(1500), HEAD);
    joiner.take(first!);
    now = waitMs;
    assertEquals(joiner.take(second!) !== undefined, isJoined, `${waitMs}`);
  }
});

Deno.test("the oldest of 257 unfinished messages is forgotten", () => {
  const joiner = new PieceJoiner(still);
  const messages = Array.from(
    { length: 257 },
    (_, i) =>
      splitMessage("x".repeat(1500), {
        ...HEAD,
        id: `${i}`.padStart(8, "0"),
      }),
  );
  for (const [first] of messages) joiner.take(first!);
  const [oldest, second] = messages;
  assertEquals(joiner.take(second![1]!)?.text, "x".repeat(1500));
  assertEquals(joiner.take(oldest![1]!), undefined);
});
