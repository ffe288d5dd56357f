/** Allocate, RFC 8656, section 7. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { randomBytes } from "node:crypto";
import { turnTest } from "../testing/test_turn.ts";
import {
  addressIn,
  familyOf,
  lifetimeIn,
  relayedIn,
  udpTransport,
} from "../testing/turn_client.ts";
import { ATTRIBUTE } from "./attributes.ts";
import { METHOD } from "./message.ts";

turnTest(
  "an allocation has an address of its own, and tells the client's",
  async (turn) => {
    const client = await turn.client();
    const answer = await client.allocate();
    assertEquals([answer.code, answer.isSigned], [0, true]);
    const relayed = relayedIn(answer);
    assertEquals(relayed.address, "127.0.0.1");
    assert(relayed.port >= 49_152 && relayed.port <= 49_663);
    const mapped = addressIn(answer.message, ATTRIBUTE.xorMappedAddress);
    assertEquals(mapped.address, "127.0.0.1");
    assertEquals(lifetimeIn(answer), 600);
    assertEquals(turn.server.totals.allocations, 1);
  },
);

turnTest(
  "a retransmission gets the same answer, another request none",
  async (turn) => {
    const client = await turn.client();
    const transactionId = randomBytes(12);
    const first = await client.allocate(() => {}, transactionId);
    const again = await client.allocate(() => {}, transactionId);
    assertEquals(again.bytes, first.bytes);
    assertEquals(turn.server.totals.allocations, 1);
    const second = await client.allocate();
    assertEquals([second.code, second.isSigned], [437, true]);
  },
);

turnTest("two clients get two ports", async (turn) => {
  const [one, other] = [await turn.client(), await turn.client()];
  assertNotEquals(
    relayedIn(await one.allocate()).port,
    relayedIn(await other.allocate()).port,
  );
});

turnTest(
  "a lifetime is 600 s, or as much more as is asked for up to an hour",
  async (turn) => {
    for (
      const [asked, granted] of [[0, 600], [30, 600], [1200, 1200], [
        99_999,
        3600,
      ]]
    ) {
      const client = await turn.client(turn.credential(7200));
      const answer = await client.allocate((request) =>
        request.addUint32(ATTRIBUTE.lifetime, asked!)
      );
      assertEquals(lifetimeIn(answer), granted);
    }
  },
);

turnTest("a lifetime ends a minute after the credential's", async (turn) => {
  const client = await turn.client(turn.credential(100));
  assertEquals(lifetimeIn(await client.allocate()), 160);
});

turnTest(
  "a transport other than UDP is refused, and so is none",
  async (turn) => {
    const client = await turn.client();
    const tcp = await client.request(
      METHOD.allocate,
      (request) => request.addUint32(ATTRIBUTE.requestedTransport, 6 << 24),
    );
    assertEquals([tcp.code, tcp.isSigned], [442, true]);
    assertEquals((await client.request(METHOD.allocate)).code, 400);
  },
);

turnTest(
  "a family that the server has not is refused, one that nobody has too",
  async (turn) => {
    const client = await turn.client();
    assertEquals((await client.allocate(familyOf(2))).code, 440);
    assertEquals((await client.allocate(familyOf(9))).code, 440);
    assertEquals((await client.allocate(familyOf(1))).code, 0);
  },
);

turnTest(
  "DONT-FRAGMENT cannot be kept, and is refused by name",
  async (turn) => {
    const client = await turn.client();
    const answer = await client.allocate((request) =>
      request.add(ATTRIBUTE.dontFragment, new Uint8Array())
    );
    assertEquals([answer.code, answer.isSigned], [420, true]);
    assertEquals(
      [...answer.message.valueOf(ATTRIBUTE.unknownAttributes)!],
      [0, ATTRIBUTE.dontFragment],
    );
  },
);

turnTest(
  "what must be understood is refused by name, what need not be is ignored",
  async (turn) => {
    const client = await turn.client();
    const refused = await client.allocate((request) =>
      request.addText(0x7ff0, "?").addText(0x4242, "?")
    );
    assertEquals(refused.code, 420);
    assertEquals(
      [...refused.message.valueOf(ATTRIBUTE.unknownAttributes)!],
      [0x7f, 0xf0, 0x42, 0x42],
    );
    const answer = await client.allocate((request) =>
      request.addText(0x8fff, "?").addUint32(ATTRIBUTE.priority, 1)
        .add(ATTRIBUTE.useCandidate, new Uint8Array())
    );
    assertEquals(answer.code, 0);
  },
);

turnTest("values of the wrong size are refused", async (turn) => {
  const client = await turn.client();
  for (
    const type of [
      ATTRIBUTE.lifetime,
      ATTRIBUTE.evenPort,
      ATTRIBUTE.reservationToken,
    ]
  ) {
    const answer = await client.allocate((request) =>
      request.addText(type, "abcde")
    );
    assertEquals(answer.code, 400, `${type}`);
  }
});

turnTest("an even port is even", async (turn) => {
  for (let i = 0; i < 4; i++) {
    const client = await turn.client();
    const answer = await client.allocate((request) =>
      request.add(ATTRIBUTE.evenPort, Uint8Array.of(0))
    );
    assertEquals(relayedIn(answer).port % 2, 0);
    assert(!answer.message.has(ATTRIBUTE.reservationToken));
  }
});

for (
  const [ageMs, code] of [[29_999, 0], [30_000, 508], [30_001, 508]] as const
) {
  turnTest(
    `a reserved port asked for after ${ageMs} ms: ${code}`,
    async (turn) => {
      const credential = turn.credential();
      const [one, other] = [
        await turn.client(credential),
        await turn.client(credential),
      ];
      await other.renewNonce();
      const first = await one.allocate((request) =>
        request.add(ATTRIBUTE.evenPort, Uint8Array.of(0x80))
      );
      const token = first.message.valueOf(ATTRIBUTE.reservationToken)!;
      assertEquals(token.length, 8);
      turn.clock.advance(ageMs);
      const second = await other.allocate((request) =>
        request.add(ATTRIBUTE.reservationToken, token)
      );
      assertEquals(second.code, code);
      if (code !== 0) return;
      assertEquals(relayedIn(second).port, relayedIn(first).port + 1);
    },
  );
}

turnTest(
  "a token is good once, for whom it was given to, and with no other wish",
  async (turn) => {
    const credential = turn.credential();
    const one = await turn.client(credential);
    const first = await one.allocate((request) =>
      request.add(ATTRIBUTE.evenPort, Uint8Array.of(0x80))
    );
    const token = first.message.valueOf(ATTRIBUTE.reservationToken)!;
    const claim = (
      client: typeof one,
      more?: Parameters<typeof one.allocate>[0],
    ) =>
      client.allocate((request) => {
        request.add(ATTRIBUTE.reservationToken, token);
        more?.(request);
      });
    assertEquals((await claim(await turn.client())).code, 508);
    assertEquals(
      (await claim(await turn.client(credential), familyOf(1))).code,
      400,
    );
    assertEquals((await claim(await turn.client(credential))).code, 0);
    assertEquals((await claim(await turn.client(credential))).code, 508);
  },
);

turnTest(
  "who is not known is asked who it is, and told how to say it",
  async (turn) => {
    const client = await turn.client();
    const answer = await client.ask(METHOD.allocate, udpTransport);
    assertEquals([answer.code, answer.isSigned], [401, false]);
    assert(
      answer.message.has(ATTRIBUTE.realm) &&
        answer.message.has(ATTRIBUTE.nonce),
    );
  },
);
