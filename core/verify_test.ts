import { assert, assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { sha256 } from "./hasher.ts";
import { solve } from "./solver.ts";
import { verify } from "./verify.ts";

const challenge = sha256("a challenge");
const { nonces } = await solve(challenge, 13);

Deno.test("a solved stamp verifies at its height and below", () => {
  for (const height of [13, 12.5, 8, 3, 0, -5]) {
    assertEquals(verify(challenge, nonces, height), { ok: true }, `${height}`);
  }
});

Deno.test("work for a lower height is too low", () => {
  assertEquals(verify(challenge, nonces, 22), { ok: false, reason: "too-low" });
});

Deno.test("nonces of another challenge are a mismatch", () => {
  for (const height of [13, 22]) {
    assertEquals(verify(sha256("another"), nonces, height), {
      ok: false,
      reason: "mismatch",
    });
  }
});

Deno.test("a changed byte does not verify", () => {
  let byChance = 0; // one puzzle in 2^10 is solved by another nonce too
  const change = fc.integer({ min: 1, max: 255 });
  fc.assert(
    fc.property(fc.nat({ max: 47 }), change, (at, change) => {
      const changed = nonces.slice();
      changed[at]! ^= change;
      const verdict = verify(challenge, changed, 13);
      if (verdict.ok) byChance++;
      else assert(verdict.reason !== "malformed");
    }),
    { numRuns: 1000 },
  );
  assert(byChance <= 10, `${byChance} of 1000 forgeries were taken`);
});

Deno.test("lengths are checked, at every height", () => {
  const malformed = { ok: false, reason: "malformed" } as const;
  for (const height of [-10, 0, 13, 300]) {
    assertEquals(verify(challenge, nonces.subarray(1), height), malformed);
    assertEquals(verify(challenge.subarray(1), nonces, height), malformed);
    assertEquals(
      verify(new Uint8Array(), new Uint8Array(), height),
      malformed,
    );
  }
  assertThrows(() => verify(challenge, nonces, NaN), RangeError);
});
