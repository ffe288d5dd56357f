/** Who is let in, RFC 8489, section 9.2; and what being refused costs. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { turnTest } from "../testing/test_turn.ts";
import { codeOf, newRequest, udpTransport } from "../testing/turn_client.ts";
import { ATTRIBUTE } from "./attributes.ts";
import { KIND, METHOD } from "./message.ts";

turnTest(
  "a wrong password, a made-up username and a forged signature are refused",
  async (turn) => {
    const credential = turn.credential();
    for (
      const wrong of [
        { ...credential, credential: "guess" },
        { ...credential, username: "somebody" },
        { ...credential, username: credential.username + "x" },
      ]
    ) {
      const client = await turn.client(wrong);
      const answer = await client.allocate();
      assertEquals([answer.code, answer.isSigned], [401, false]);
    }
  },
);

for (
  const [ageMs, code] of [[99_999, 0], [100_000, 401], [100_001, 401]] as const
) {
  turnTest(
    `a credential of 100 s used after ${ageMs} ms: ${code}`,
    async (turn) => {
      const client = await turn.client(turn.credential(100));
      turn.clock.advance(ageMs);
      assertEquals((await client.allocate()).code, code);
    },
  );
}

for (const [ageS, code] of [[3600, 0], [3601, 438]] as const) {
  turnTest(`a nonce used after ${ageS} s: ${code}`, async (turn) => {
    const client = await turn.client(turn.credential(9000));
    const nonce = await client.renewNonce();
    turn.clock.advance(ageS * 1000);
    const answer = await client.allocate();
    assertEquals(answer.code, code);
    if (code === 0) return;
    assert(answer.message.has(ATTRIBUTE.realm));
    assertNotEquals(await client.renewNonce(), nonce);
    assertEquals((await client.allocate()).code, 0);
  });
}

turnTest(
  "a nonce is good for the client it was given to, and no other",
  async (turn) => {
    const [one, other] = [await turn.client(), await turn.client()];
    other.nonce = await one.renewNonce();
    assertEquals((await other.allocate()).code, 438);
    for (const nonce of ["x", "AAAAAAAAAAAA", "a".repeat(200)]) {
      other.nonce = nonce;
      assertEquals((await other.allocate()).code, 438, nonce);
    }
  },
);

turnTest(
  "a signature without username, realm or nonce makes no sense",
  async (turn) => {
    const client = await turn.client();
    const names = ["username", "realm", "nonce"] as const;
    for (const missing of names) {
      const answer = await client.ask(METHOD.allocate, (request) => {
        udpTransport(request);
        for (const name of names) {
          if (name !== missing) request.addText(ATTRIBUTE[name], "x");
        }
        request.sign(new Uint8Array(16));
      });
      assertEquals(answer.code, 400);
    }
  },
);

turnTest(
  "what somebody adds behind the signature does not count",
  async (turn) => {
    const client = await turn.client();
    await client.allocate();
    const refresh = client.sign(newRequest(METHOD.refresh));
    client.sendRaw(refresh.addUint32(ATTRIBUTE.lifetime, 0).bytes);
    const answer = await client.receive();
    assertEquals(codeOf(answer), 0);
    assertEquals(turn.server.totals.allocations, 1);
  },
);

turnTest(
  "a FINGERPRINT is answered by one, and a wrong one by nothing",
  async (turn) => {
    const client = await turn.client();
    const wrong = newRequest(METHOD.binding).addFingerprint().bytes;
    wrong[wrong.length - 1]! ^= 1;
    client.sendRaw(wrong);
    const answer = await client.ask(
      METHOD.binding,
      (request) => request.addFingerprint(),
    );
    assertEquals(answer.code, 0);
    assert(answer.message.has(ATTRIBUTE.fingerprint));
    assertEquals(turn.server.totals.dropped["malformed"], 1);
  },
);

turnTest(
  "nobody gets more than 3.5 times what was sent without a credential",
  async (turn) => {
    const client = await turn.client();
    const methods = [...Object.values(METHOD), 0, 0xfff];
    const additions = [
      (_: ReturnType<typeof newRequest>) => {},
      udpTransport,
      (request: ReturnType<typeof newRequest>) => request.addText(0x7ff0, ""),
      (request: ReturnType<typeof newRequest>) => {
        for (let type = 0x7000; type < 0x7030; type++) {
          request.addText(
            type,
            "",
          );
        }
      },
      (request: ReturnType<typeof newRequest>) =>
        request.sign(new Uint8Array(16)),
      (request: ReturnType<typeof newRequest>) =>
        request.addText(ATTRIBUTE.username, "u").addText(ATTRIBUTE.realm, "r")
          .addText(ATTRIBUTE.nonce, "n").sign(new Uint8Array(16)),
      (request: ReturnType<typeof newRequest>) => request.addFingerprint(),
    ];
    for (const method of methods) {
      for (const add of additions) {
        const request = newRequest(method);
        add(request);
        client.sendRaw(request.bytes);
        const { length } = await client.inbox.next();
        assert(length <= 3.5 * request.bytes.length, `${method}: ${length}`);
      }
    }
  },
);

turnTest(
  "indications and answers that nobody asked for get none",
  async (turn) => {
    const client = await turn.client();
    for (const kind of [KIND.indication, KIND.success, KIND.error]) {
      const bytes = newRequest(METHOD.binding).bytes.slice();
      bytes[0] = kind & 2 ? 1 : 0;
      bytes[1] = 1 | (kind & 1) << 4;
      client.sendRaw(bytes);
    }
    const request = newRequest(METHOD.binding);
    client.sendRaw(request.bytes);
    const answer = await client.receive();
    assertEquals(answer.transactionId, request.bytes.slice(8, 20));
  },
);
