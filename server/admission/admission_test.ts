import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  challengeOf,
  formatStamp,
  formatToken,
  heightOf,
  owedHeight,
  parseToken,
  sha256,
  solve,
  verify,
} from "@sigmesh/core";
import { FakeClock } from "../testing/fake_clock.ts";
import { Admission, type PaidRequest } from "./admission.ts";
import { SpentStamps } from "./spent_stamps.ts";
import { TokenIssuer } from "./token_issuer.ts";

const request = {
  method: "POST",
  url: "http://localhost:8000/room/" + "ab".repeat(20),
  body: new TextEncoder().encode("hello"),
  weight: 1,
  messages: 0,
  subscribers: 0,
};

/** A price that the test moves. */
class FixedPrice {
  work = 2 ** 8;
  pressure = 1;
  load = { cpu: 0, memory: 0 };
  get height() {
    return heightOf(this.work);
  }
}

async function createAdmission(capacity = 1000) {
  const clock = new FakeClock();
  const price = new FixedPrice();
  const issuer = await TokenIssuer.create(clock);
  const spent = new SpentStamps(clock, { capacity });
  const admission = new Admission({ issuer, spent, price });
  return { clock, price, admission };
}

/** A stamp for a request at what the quote asks, or at another height. */
async function payFor(
  paid: Omit<PaidRequest, "stamp">,
  quote: { token: string; height: number },
  salt = crypto.getRandomValues(new Uint8Array(6)),
): Promise<string> {
  const { token, height } = quote;
  const challenge = challengeOf({ ...paid, token, salt });
  const { nonces } = await solve(challenge, height);
  return formatStamp({ token, salt, nonces });
}

function reasonOf(admission: Admission, paid: PaidRequest): string {
  const verdict = admission.admit(paid);
  return verdict.ok ? "admitted" : verdict.reason;
}

Deno.test("a stamp paid at its quote is admitted once", async () => {
  const { admission } = await createAdmission();
  const stamp = await payFor(request, admission.quote(request));
  const verdict = admission.admit({ ...request, stamp });
  assert(verdict.ok);
  assertEquals(verdict.id.length, 16);
  assertEquals(reasonOf(admission, { ...request, stamp }), "stamp-spent");
});

Deno.test("what is admitted and what is refused adds up, with the work that was owed", async () => {
  const { admission } = await createAdmission();
  const priced = { ...request, weight: 4 };
  const stamp = await payFor(priced, admission.quote(priced));
  admission.admit({ ...priced, stamp });
  admission.admit({ ...priced, stamp });
  admission.admit({ ...priced, stamp: undefined });
  const { admitted, hashesPaid, refused } = admission.totals;
  assertEquals([admitted, hashesPaid], [1, 4 * 2 ** 8]);
  assertEquals(
    Object.entries(refused).filter(([, count]) => count > 0),
    [["stamp-missing", 1], ["stamp-spent", 1]],
  );
});

Deno.test("another solution of a spent challenge is spent too", async () => {
  const { admission } = await createAdmission();
  const { token, height } = admission.quote(request);
  const salt = new Uint8Array(6);
  const stamp = await payFor(request, { token, height }, salt);
  const higher = await payFor(request, { token, height: height + 4 }, salt);
  assert(stamp !== higher);
  assertEquals(reasonOf(admission, { ...request, stamp }), "admitted");
  assertEquals(
    reasonOf(admission, { ...request, stamp: higher }),
    "stamp-spent",
  );
});

Deno.test("equal posts of one second are told apart by their salt", async () => {
  const { admission } = await createAdmission();
  for (let i = 0; i < 3; i++) {
    const stamp = await payFor(request, admission.quote(request));
    assertEquals(reasonOf(admission, { ...request, stamp }), "admitted");
  }
});

Deno.test("each fault has its reason", async () => {
  const { admission, clock } = await createAdmission();
  const quote = admission.quote(request);
  const stamp = await payFor(request, quote);
  const other = await createAdmission();
  const claim = parseToken(quote.token);
  assert(claim.ok);
  const early = { ...claim.value, issuedAt: claim.value.issuedAt - 1 };
  const rest = stamp.slice(31);
  const lastCharacter = String.fromCharCode(stamp.charCodeAt(30) + 1);
  const url = request.url.replace("ab", "ac");
  const body = new TextEncoder().encode("hellO");
  const cases: [string, Partial<PaidRequest>][] = [
    ["stamp-missing", { stamp: undefined }],
    ["stamp-malformed", { stamp: "" }],
    ["stamp-malformed", { stamp: stamp + "A" }],
    ["stamp-malformed", { stamp: stamp.replace(".", ",") }],
    ["stamp-non-canonical", {
      stamp: stamp.slice(0, 30) + lastCharacter + rest,
    }],
    ["token-before-start", {
      stamp: formatToken(early, new Uint8Array(16)) + rest,
    }],
    ["token-forged", {
      stamp: formatToken(claim.value, new Uint8Array(16)) + rest,
    }],
    ["stamp-mismatch", { url }],
    ["stamp-mismatch", { url: request.url.replace("localhost", "127.0.0.1") }],
    ["stamp-mismatch", { method: "PUT" }],
    ["stamp-mismatch", { body }],
    ["stamp-too-low", { weight: 2 ** 20 }],
  ];
  for (const [reason, change] of cases) {
    assertEquals(reasonOf(admission, { ...request, stamp, ...change }), reason);
  }
  assertEquals(
    reasonOf(other.admission, { ...request, stamp }),
    "token-forged",
  );
  clock.advance(121_000);
  assertEquals(reasonOf(admission, { ...request, stamp }), "token-expired");
});

Deno.test("a mismatch tells what was hashed, to compare with", async () => {
  const { admission } = await createAdmission();
  const stamp = await payFor(request, admission.quote(request));
  const url = "http://127.0.0.1:8000/room/" + "ab".repeat(20);
  const verdict = admission.admit({ ...request, url, stamp });
  assert(!verdict.ok);
  const bodyHash = sha256("hello").toBase64({
    alphabet: "base64url",
    omitPadding: true,
  });
  assertEquals(verdict.extras?.expected, { method: "POST", url, bodyHash });
});

Deno.test("what is owed for the token presented is told, and topping up to it suffices", async () => {
  const { admission } = await createAdmission();
  const quote = admission.quote(request);
  const salt = new Uint8Array(6);
  const crowded = { ...request, messages: 16, subscribers: 64 };
  const challenge = challengeOf({ ...request, token: quote.token, salt });
  const { nonces } = await solve(challenge, quote.height);
  const { token } = quote;
  const stamp = formatStamp({ token, salt, nonces });
  const verdict = admission.admit({ ...crowded, stamp });
  assert(!verdict.ok && verdict.reason === "stamp-too-low");
  const owed = verdict.extras!.owed!;
  assertEquals(owed, owedHeight({ ...crowded, height: 8 }));

  const more = await solve(challenge, owed, { previous: nonces });
  assert(verify(challenge, more.nonces, owed).ok);
  const topped = formatStamp({ token, salt, nonces: more.nonces });
  assertEquals(reasonOf(admission, { ...crowded, stamp: topped }), "admitted");
});

Deno.test("a quote is honoured for ten seconds, however the price rises", async () => {
  const { admission, price, clock } = await createAdmission();
  const stamp = await payFor(request, admission.quote(request));
  price.work = 2 ** 20;
  clock.advance(10_000);
  assertEquals(reasonOf(admission, { ...request, stamp }), "admitted");
});

Deno.test("a token older than that owes at least half the present price", async () => {
  const { admission, price, clock } = await createAdmission();
  const quote = admission.quote(request);
  const cheap = await payFor(request, quote);
  const half = await payFor(request, { token: quote.token, height: 11 });
  price.work = 2 ** 12;
  clock.advance(11_000);
  const verdict = admission.admit({ ...request, stamp: cheap });
  assert(!verdict.ok && verdict.reason === "stamp-too-low");
  assertEquals(verdict.extras?.owed, 11);
  assertEquals(reasonOf(admission, { ...request, stamp: half }), "admitted");
});

Deno.test("a token is honoured for its life while the price has not doubled, and never owes less than it says", async () => {
  const { admission, price, clock } = await createAdmission();
  const stamp = await payFor(request, admission.quote(request));
  price.work = 2 ** 9;
  clock.advance(120_000);
  assertEquals(reasonOf(admission, { ...request, stamp }), "admitted");
  price.work = 2 ** 14;
  const quote = admission.quote(request);
  const low = await payFor(request, { token: quote.token, height: 8 });
  price.work = 2 ** 8;
  clock.advance(11_000);
  assertEquals(
    reasonOf(admission, { ...request, stamp: low }),
    "stamp-too-low",
  );
});

Deno.test("a fresh token's quote holds weight and surcharge", async () => {
  const { admission, price } = await createAdmission();
  price.work = 2 ** 16;
  const { height } = admission.quote({
    weight: 1,
    messages: 8,
    subscribers: 256,
  });
  assertAlmostEquals(height, 18, 1 / 256);
  assertEquals(
    admission.quote({ weight: 4, messages: 0, subscribers: 0 }).height,
    18,
  );
});

Deno.test("a second whose spent stamps were forgotten is refused", async () => {
  const { admission, clock } = await createAdmission(2);
  const quote = admission.quote(request);
  const first = await payFor(request, quote);
  assertEquals(reasonOf(admission, { ...request, stamp: first }), "admitted");
  clock.advance(1000);
  for (let i = 0; i < 2; i++) {
    const stamp = await payFor(request, admission.quote(request));
    assertEquals(reasonOf(admission, { ...request, stamp }), "admitted");
  }
  assertEquals(
    reasonOf(admission, { ...request, stamp: first }),
    "token-expired",
  );
});

Deno.test("a part dearer than the node is paid at its own price, whatever the token says", async () => {
  const { admission, price } = await createAdmission();
  const part = { ...request, weight: 8, leastWork: 2 ** 10 };
  for (const nodeWork of [2 ** 8, 2 ** 10, 2 ** 12]) {
    price.work = nodeWork;
    const { token, height } = admission.quote(part);
    assertEquals(height, heightOf(8 * Math.max(nodeWork, 2 ** 10)));
    price.work = 2 ** 8;
    const stamp = await payFor(part, { token, height });
    assertEquals(reasonOf(admission, { ...part, stamp }), "admitted");
    const short = await payFor(part, { token, height: height - 4 });
    assertEquals(
      reasonOf(admission, { ...part, stamp: short }),
      "stamp-too-low",
    );
  }
});
