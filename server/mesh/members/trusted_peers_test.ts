import { assertEquals, assertStringIncludes } from "@std/assert";
import { TrustedPeers } from "./trusted_peers.ts";

const A = "https://a.example";
const B = "https://b.example";

function trusted() {
  const warnings: string[] = [];
  const peers = new TrustedPeers([A, B], {
    retryMs: 60_000,
    warn: (message) => warnings.push(message),
  });
  return { peers, warnings };
}

Deno.test("each is given out once a minute, unless it is done", () => {
  const { peers } = trusted();
  const all = () => false;
  assertEquals(peers.next(1000, all), A);
  assertEquals(peers.next(1000, all), B);
  assertEquals(peers.next(60_999, all), undefined);
  assertEquals(peers.next(61_000, (origin) => origin === A), B);
  peers.forget(A);
  assertEquals(peers.next(61_000, all), undefined);
});

Deno.test("why one does not answer is told once, and again when it is something else", () => {
  const { peers, warnings } = trusted();
  const fail = (reason: string) =>
    peers.noteFailure(A, { reason, detail: "x" });
  fail("timeout");
  fail("timeout");
  assertEquals(warnings.length, 1);
  fail("private-address");
  assertStringIncludes(warnings[1]!, "--allow-private");
  peers.noteSuccess(A);
  fail("private-address");
  assertEquals(warnings.length, 3);
});
