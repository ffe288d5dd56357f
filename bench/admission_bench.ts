/**
 * What a node pays to check a stamp, beside the same hashes by node:crypto;
 * and what each engine makes of a client's time.
 * Run: `deno task bench`.
 */

import { createHash, createHmac, randomBytes } from "node:crypto";
import {
  challengeOf,
  createHashWasmEngine,
  createJavaScriptEngine,
  createKernelEngine,
  formatStamp,
  heightOf,
  parseStamp,
  solve,
} from "@sigmesh/core";
import { Admission } from "../server/admission/admission.ts";
import { SpentStamps } from "../server/admission/spent_stamps.ts";
import { TokenIssuer } from "../server/admission/token_issuer.ts";
import { createSystemClock } from "../server/clock.ts";

const HEIGHT = 10;
const work = 2 ** HEIGHT;
const price = {
  work,
  height: heightOf(work),
  pressure: 1,
  load: { cpu: 0, memory: 0 },
};
const clock = createSystemClock();
const issuer = await TokenIssuer.create(clock);
const spent = new SpentStamps(clock, { capacity: 10 });
const admission = new Admission({ issuer, spent, price });
const request = {
  method: "POST",
  url: "http://localhost:8000/room/" + "ab".repeat(20),
  body: new Uint8Array(randomBytes(300)),
  weight: 1,
  messages: 0,
  subscribers: 0,
};
const salt = new Uint8Array(6);
const { token } = admission.quote(request);
const challenge = challengeOf({ ...request, token, salt });
const { nonces } = await solve(challenge, HEIGHT);
const stamp = formatStamp({ token, salt, nonces });

const checking = "check a whole stamp, 300-byte body";
Deno.bench("admission", { group: checking, baseline: true }, () => {
  const verdict = admission.admit({ ...request, stamp });
  if (!verdict.ok && verdict.reason !== "stamp-spent") {
    throw new Error(verdict.reason);
  }
});

const secret = randomBytes(32);
const message = new Uint8Array(randomBytes(52));
Deno.bench("the same hashes (node:crypto)", { group: checking }, () => {
  parseStamp(stamp);
  createHmac("sha256", secret).update(message.subarray(0, 22)).digest();
  const bodyHash = createHash("sha256").update(request.body).digest();
  createHash("sha256").update(token).update(salt).update(bodyHash).digest();
  for (let i = 0; i < 8; i++) createHash("sha256").update(message).digest();
  createHash("sha256").update("id").update(challenge).digest();
});

const mining = "try 10,000 nonces";
const impossible = { high: 0, low: 0 };
const engines = [
  await createKernelEngine(4),
  await createKernelEngine(1),
  createJavaScriptEngine(),
  await createHashWasmEngine(),
];
for (const { name, prepare } of engines) {
  const search = prepare({ challenge, index: 0, target: impossible });
  const baseline = name === "hash-wasm";
  Deno.bench(`engine ${name}`, { group: mining, baseline }, () => {
    search(0, 10_000);
  });
}
Deno.bench("node:crypto createHash", { group: mining }, () => {
  for (let i = 0; i < 10_000; i++) {
    message[51] = i;
    createHash("sha256").update(message).digest();
  }
});
