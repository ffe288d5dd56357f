import { assert, assertEquals, assertRejects } from "@std/assert";
import { challengeOf, parseStamp, verify } from "@sigmesh/core";
import { type Problem, problemType } from "@sigmesh/core/wire";
import { PriceTooHighError } from "./errors.ts";
import {
  type Mined,
  type Outcome,
  pay,
  type Payment,
  warmUp,
} from "./payment.ts";

const TOKEN = "AWjneAARQJZQBnfoxNAMaZWxLLvUxoE";
const FRESH = "AWjneAARQJZQBnfoxNAMaZWxLLvUxoA";
const body = new TextEncoder().encode("hello");

/** A node that answers as it is told, and keeps the stamps that it got. */
function scripted(...answers: (Partial<Problem> & { code?: string })[]) {
  const stamps: string[] = [];
  const send = ({ stamp }: Mined): Promise<Outcome<string>> => {
    stamps.push(stamp);
    const answer = answers.shift();
    if (answer === undefined) {
      return Promise.resolve({ kind: "accepted", value: "yes" });
    }
    const { code = "stamp-too-low", ...fields } = answer;
    const type = problemType(code as "stamp-too-low");
    const problem = { type, title: "", status: 401, detail: "", ...fields };
    return Promise.resolve({ kind: "refused", problem });
  };
  const payment: Payment<string> = {
    origin: "http://localhost:8000",
    method: "POST",
    path: "/room/x",
    body,
    quote: { token: TOKEN, height: 9 },
    maxHeight: 16,
    signal: undefined,
    onProgress: undefined,
    send,
  };
  return { stamps, payment };
}

/** Whether a stamp pays a height for the payment of these tests. */
function pays(text: string, height: number): boolean {
  const stamp = parseStamp(text);
  assert(stamp.ok);
  const { token, salt, nonces } = stamp.value;
  const url = "http://localhost:8000/room/x";
  const challenge = challengeOf({ token, method: "POST", url, salt, body });
  return verify(challenge, nonces, height).ok;
}

Deno.test("a quote that holds is paid once", async () => {
  const { stamps, payment } = scripted();
  const outcome = await pay(payment);
  assertEquals(outcome.kind === "accepted" && outcome.value, "yes");
  assertEquals(stamps.length, 1);
  assert(pays(stamps[0]!, 9));
  assertEquals(outcome.cost.height, 9);
  assert(outcome.cost.hashes >= 8);
});

Deno.test("a stamp that falls short is topped up under the same token and salt", async () => {
  const { stamps, payment } = scripted({ token: FRESH, height: 10, owed: 10 });
  const { cost } = await pay(payment);
  assertEquals(stamps.length, 2);
  assertEquals(stamps[0]!.slice(0, 40), stamps[1]!.slice(0, 40));
  assert(pays(stamps[1]!, 10.25));
  assertEquals(cost.height, 10.25);
});

Deno.test("a price that moved is met with a quarter bit to spare, but not beyond the client's limit", async () => {
  const { payment } = scripted({ token: FRESH, height: 10, owed: 10 });
  const { cost } = await pay({ ...payment, maxHeight: 10.125 });
  assertEquals(cost.height, 10.125);
});

Deno.test("a fresh token is taken where it is cheaper than topping up", async () => {
  const { stamps, payment } = scripted({ token: FRESH, height: 8, owed: 12 });
  await pay(payment);
  assert(stamps[1]!.startsWith(FRESH));
  assert(pays(stamps[1]!, 8.25));
});

Deno.test("a token that is no longer honoured is replaced", async () => {
  for (
    const code of [
      "token-expired",
      "token-forged",
      "token-before-start",
      "token-from-future",
    ]
  ) {
    const { stamps, payment } = scripted({ code, token: FRESH, height: 9 });
    const outcome = await pay(payment);
    assertEquals(outcome.kind, "accepted");
    assert(stamps[1]!.startsWith(FRESH));
  }
});

Deno.test("after two re-quotes the node's refusal stands", async () => {
  const low = { token: FRESH, height: 9, owed: 9 };
  const { stamps, payment } = scripted(low, low, low, low);
  const outcome = await pay(payment);
  assertEquals(outcome.kind, "refused");
  assertEquals(stamps.length, 3);
});

Deno.test("what paying cannot change is not paid again", async () => {
  for (const code of ["stamp-spent", "stamp-mismatch", "bad-room", "newer"]) {
    const { stamps, payment } = scripted({ code, token: FRESH, height: 9 });
    assertEquals((await pay(payment)).kind, "refused");
    assertEquals(stamps.length, 1, code);
  }
});

Deno.test("a price above the client's own limit is refused before any work", async () => {
  const { stamps, payment } = scripted();
  const dear = { ...payment, quote: { token: TOKEN, height: 16.25 } };
  await assertRejects(() => pay(dear), PriceTooHighError, "16.25 bits");
  assertEquals(stamps.length, 0);
  const rising = scripted({ token: FRESH, height: 20, owed: 20 });
  await assertRejects(() => pay(rising.payment), PriceTooHighError);
});

Deno.test("warming up ends by itself, or when there is no more need", async () => {
  await warmUp(new AbortController().signal);
  const reason = new Error("The room was left");
  const error = await assertRejects(() => warmUp(AbortSignal.abort(reason)));
  assertEquals(error, reason);
});
