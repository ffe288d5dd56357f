import { assertEquals } from "@std/assert";
import { describeSendings } from "./files.ts";

const FILE = { size: 5_000_000 };
const arrived = { status: "fulfilled", value: undefined } as const;
const failed = { status: "rejected", reason: new Error("It left") } as const;

Deno.test("who sends a file learns how many have it", () => {
  assertEquals(describeSendings(FILE, [arrived]), "Sent to 1, 5.0 MB");
  assertEquals(
    describeSendings(FILE, [arrived, failed]),
    "Sent to 1 of 2, 5.0 MB: It left",
  );
  assertEquals(describeSendings(FILE, [failed, failed]), "Not sent: It left");
});
