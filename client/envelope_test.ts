import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { Envelopes, MAX_SIGNAL_BYTES, type Opened } from "./envelope.ts";
import { createPeerId } from "./peer_id.ts";
import { deriveRoomSecret } from "./room_secret.ts";
import { encodeSignals, type Signal } from "./signal.ts";

const secret = await deriveRoomSecret({ app: "chess", name: "table-7" });
const START_MS = 1_760_000_000_000;
const ANNOUNCE: readonly Signal[] = [{ kind: "announce" }];

/** Two members of a room, and the node's clock. */
function startRoom() {
  const clock = { ms: START_MS };
  const join = () => {
    const selfId = createPeerId();
    const nowMs = () => clock.ms;
    return { selfId, envelopes: new Envelopes({ secret, selfId, nowMs }) };
  };
  return { clock, sender: join(), receiver: join() };
}

function reasonOf(opened: Opened): string {
  return opened.ok ? "opened" : opened.reason;
}

/** Signals of just so many bytes. */
function signalsOf(bytes: number): Signal[] {
  const empty = { kind: "answer", to: createPeerId(), attempt: 7 } as const;
  const overhead = encodeSignals([{ ...empty, description: Uint8Array.of() }]);
  const description = new Uint8Array(bytes - overhead.length).fill(3);
  return [{ ...empty, description }];
}

Deno.test("what one member seals another opens, and knows who sealed it", async () => {
  const { sender, receiver } = startRoom();
  const signals = signalsOf(200);
  const text = await sender.envelopes.seal(signals);
  const opened = await receiver.envelopes.open(text);
  assertEquals(opened, { ok: true, from: sender.selfId, signals });
});

Deno.test("a full envelope is a post of 1,024 characters, one byte more is refused", async () => {
  const { sender, receiver } = startRoom();
  const text = await sender.envelopes.seal(signalsOf(MAX_SIGNAL_BYTES));
  assertEquals(text.length, 1024);
  assert((await receiver.envelopes.open(text)).ok);
  await assertRejects(
    () => sender.envelopes.seal(signalsOf(MAX_SIGNAL_BYTES + 1)),
    RangeError,
    "do not fit",
  );
});

Deno.test("two envelopes of the same signals have nothing in common", async () => {
  const { sender } = startRoom();
  const one = await sender.envelopes.seal(signalsOf(200));
  const other = await sender.envelopes.seal(signalsOf(200));
  const common = [...one].filter((character, i) => character === other[i]);
  assert(common.length < one.length / 8, `${common.length} characters`);
});

Deno.test("a changed character is refused", async () => {
  const { sender, receiver } = startRoom();
  const text = await sender.envelopes.seal(signalsOf(60));
  const digits = [..."ABCXYZabcxyz019-_"];
  await fc.assert(fc.asyncProperty(
    fc.nat(text.length - 1),
    fc.constantFrom(...digits),
    async (at, digit) => {
      if (text[at] === digit) return;
      const changed = text.slice(0, at) + digit + text.slice(at + 1);
      const reason = reasonOf(await receiver.envelopes.open(changed));
      assert(reason === "malformed" || reason === "undecipherable", reason);
    },
  ));
  assert((await receiver.envelopes.open(text)).ok);
});

Deno.test("no text makes it throw", async () => {
  const { receiver } = startRoom();
  const texts = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.base64String().map((text) => text.replaceAll("=", "")),
    fc.uint8Array({ maxLength: 800 }).map((bytes) =>
      Uint8Array.of(1, ...bytes).toBase64({
        alphabet: "base64url",
        omitPadding: true,
      })
    ),
  );
  await fc.assert(fc.asyncProperty(texts, async (text) => {
    const reason = reasonOf(await receiver.envelopes.open(text));
    assert(reason === "malformed" || reason === "undecipherable", reason);
  }));
});

Deno.test("a text too long or of another version is malformed, a short one undecipherable", async () => {
  const { sender, receiver } = startRoom();
  const text = await sender.envelopes.seal([]);
  for (const bad of ["", "AQAA=", `Ag${text.slice(2)}`, "AQAA".repeat(257)]) {
    assertEquals(reasonOf(await receiver.envelopes.open(bad)), "malformed");
  }
  for (const length of [16, 36, 52]) {
    const cut = await receiver.envelopes.open(text.slice(0, length));
    assertEquals(reasonOf(cut), "undecipherable");
  }
  assert((await receiver.envelopes.open(text)).ok);
});

Deno.test("an envelope that a node moves to another room stays shut there", async () => {
  const { sender } = startRoom();
  const { room } = await deriveRoomSecret({ app: "chess", name: "table-8" });
  const elsewhere = new Envelopes({
    secret: { room, key: secret.key },
    selfId: createPeerId(),
    nowMs: () => START_MS,
  });
  const opened = await elsewhere.open(await sender.envelopes.seal(ANNOUNCE));
  assertEquals(reasonOf(opened), "undecipherable");
});

Deno.test("who has another password sees nothing", async () => {
  const { sender } = startRoom();
  const { key } = await deriveRoomSecret({ app: "chess", name: "other" });
  const outsider = new Envelopes({
    secret: { room: secret.room, key },
    selfId: createPeerId(),
    nowMs: () => START_MS,
  });
  const opened = await outsider.open(await sender.envelopes.seal(ANNOUNCE));
  assertEquals(reasonOf(opened), "undecipherable");
});

Deno.test("one's own envelope, which the room sends back, is dropped", async () => {
  const { sender } = startRoom();
  const text = await sender.envelopes.seal(ANNOUNCE);
  assertEquals(reasonOf(await sender.envelopes.open(text)), "own");
});

Deno.test("an envelope opens once", async () => {
  const { sender, receiver } = startRoom();
  const text = await sender.envelopes.seal(ANNOUNCE);
  assertEquals(reasonOf(await receiver.envelopes.open(text)), "opened");
  assertEquals(reasonOf(await receiver.envelopes.open(text)), "replayed");
});

Deno.test("an envelope is good for 90 s, and 30 s before its time", async () => {
  const { clock, sender, receiver } = startRoom();
  const openAt = async (seconds: number) => {
    clock.ms = START_MS;
    const text = await sender.envelopes.seal(ANNOUNCE);
    clock.ms += seconds * 1000;
    return reasonOf(await receiver.envelopes.open(text));
  };
  assertEquals(await openAt(-31), "stale");
  assertEquals(await openAt(-30), "opened");
  assertEquals(await openAt(89), "opened");
  assertEquals(await openAt(90), "opened");
  assertEquals(await openAt(91), "stale");
});

Deno.test("a node that turns its clock back gets nothing in twice", async () => {
  const { clock, sender, receiver } = startRoom();
  const text = await sender.envelopes.seal(ANNOUNCE);
  assertEquals(reasonOf(await receiver.envelopes.open(text)), "opened");
  clock.ms += 3_600_000;
  const later = await sender.envelopes.seal(ANNOUNCE);
  assertEquals(reasonOf(await receiver.envelopes.open(later)), "opened");
  clock.ms -= 3_600_000;
  assertEquals(reasonOf(await receiver.envelopes.open(text)), "replayed");
});

Deno.test("past 4,096 envelopes the oldest are forgotten, and what is as old is refused", async () => {
  const { clock, sender, receiver } = startRoom();
  const send = async () => {
    const text = await sender.envelopes.seal(ANNOUNCE);
    assertEquals(reasonOf(await receiver.envelopes.open(text)), "opened");
    return text;
  };
  const unseen = await sender.envelopes.seal(ANNOUNCE);
  const first = await send();
  clock.ms += 1000;
  const second = await send();
  const late = await sender.envelopes.seal(ANNOUNCE);
  for (let i = 2; i < 4096; i++) await send();
  assertEquals(reasonOf(await receiver.envelopes.open(first)), "replayed");
  await send();
  for (const forgotten of [first, unseen]) {
    assertEquals(reasonOf(await receiver.envelopes.open(forgotten)), "stale");
  }
  assertEquals(reasonOf(await receiver.envelopes.open(second)), "replayed");
  assertEquals(reasonOf(await receiver.envelopes.open(late)), "opened");
});
