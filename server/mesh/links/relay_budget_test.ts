import { assertEquals } from "@std/assert";
import type { RoomHash } from "@sigmesh/core/wire";
import { SERVER_LIMITS } from "../../limits.ts";
import { Allowance } from "./allowance.ts";
import { RelayBudget } from "./relay_budget.ts";

const ROOM = "ab".repeat(20) as RoomHash;
const OTHER = "cd".repeat(20) as RoomHash;
const origin = "https://node.example";

/** Charges until refused; how often, and why it ended. */
function exhaust(
  budget: RelayBudget,
  charged: Parameters<RelayBudget["charge"]>[0],
) {
  for (let count = 0;; count++) {
    const refusal = budget.refusal(charged, 0);
    if (refusal !== undefined) return [count, refusal];
    budget.charge(charged, 0);
  }
}

Deno.test("a room takes a burst, whatever nodes its messages were paid to", () => {
  const budget = new RelayBudget();
  const charged = { room: ROOM, origin, strangers: undefined };
  const burst = 5 * SERVER_LIMITS.relaysPerRoom;
  assertEquals(exhaust(budget, charged), [burst, "too-much-in-room"]);
  const another = { ...charged, origin: "https://other.example" };
  assertEquals(budget.refusal(another, 0), "too-much-in-room");
  assertEquals(budget.refusal({ ...charged, room: OTHER }, 0), undefined);
});

Deno.test("a node has a budget over all rooms", () => {
  const budget = new RelayBudget();
  for (let i = 0; i < 5 * SERVER_LIMITS.relaysPerOrigin; i++) {
    const room = i.toString(16).padStart(40, "0") as RoomHash;
    budget.charge({ room, origin, strangers: undefined }, 0);
  }
  const charged = { room: ROOM, origin, strangers: undefined };
  assertEquals(budget.refusal(charged, 0), "too-much-of-origin");
  const another = { ...charged, origin: "https://other.example" };
  assertEquals(budget.refusal(another, 0), undefined);
});

Deno.test("all strangers of a link share what it has for them, and use up nobody's own", () => {
  const budget = new RelayBudget();
  const strangers = new Allowance({ perSecond: 1, burst: 2 });
  const charged = { room: ROOM, origin, strangers };
  assertEquals(exhaust(budget, charged), [2, "too-much-of-strangers"]);
  assertEquals(
    budget.refusal({ ...charged, origin: "https://other.example" }, 0),
    "too-much-of-strangers",
  );
  assertEquals(
    budget.refusal({ ...charged, strangers: undefined }, 0),
    undefined,
  );
});
