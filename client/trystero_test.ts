import { assertEquals, assertThrows } from "@std/assert";
import { joinRoom, selfId } from "./trystero.ts";

/** Trystero derives its key in the background before it asks for relays; nobody can await that. */
const unawaited = { sanitizeOps: false };

Deno.test(
  "who names no node, and has this module from elsewhere, is told to",
  unawaited,
  () => {
    assertThrows(
      () => joinRoom({ appId: "chess" }, "table-7"),
      TypeError,
      "No nodes are named",
    );
    assertThrows(
      () => joinRoom({ appId: "chess", relayConfig: { urls: [] } }, "table-7"),
      TypeError,
      "No nodes are named",
    );
  },
);

Deno.test("relays of other strategies are no nodes", unawaited, () => {
  const urls = ["wss://relay.example"];
  assertThrows(
    () => joinRoom({ appId: "chess", relayConfig: { urls } }, "table-7"),
    TypeError,
    "Name a node as",
  );
});

Deno.test("one knows oneself", () => {
  assertEquals(selfId.length, 20);
});
