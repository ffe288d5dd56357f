import { assertEquals, assertRejects } from "@std/assert";
import { MAX_SIGNAL_BYTES } from "./envelope.ts";
import { Outbox } from "./outbox.ts";
import { createPeerId } from "./peer_id.ts";
import { encodeSignals, type Signal } from "./signal.ts";

const to = createPeerId();

/** A signal that can be told by its attempt; of so many bytes in all, at least 15. */
function signalOf(attempt: number, bytes = 15): Signal {
  return {
    kind: "candidates",
    to,
    attempt,
    candidates: new Uint8Array(bytes - 15),
  };
}

/** A post under way: of which attempts, and how the test ends it. */
interface Post {
  readonly text: string;
  readonly end: (id: string) => void;
  readonly fail: (error: Error) => void;
}

/** An outbox whose posts end when the test says so. */
function startOutbox() {
  const sealed: (readonly Signal[])[] = [];
  const begun: Post[] = [];
  let wake = () => {};
  const outbox = new Outbox<string>({
    seal: (signals) => {
      sealed.push(signals);
      return Promise.resolve(attemptsOf(signals));
    },
    post: (text) =>
      new Promise((end, fail) => {
        begun.push({ text, end, fail });
        wake();
      }),
  });
  const nextPost = async () => {
    if (begun.length === 0) await new Promise<void>((done) => wake = done);
    return begun.shift()!;
  };
  /** Ends the next post; says what was in it. */
  const endNext = async (id = "id") => {
    const { text, end } = await nextPost();
    end(id);
    return text;
  };
  return { outbox, sealed, nextPost, endNext };
}

function attemptsOf(signals: readonly Signal[]): string {
  return signals.map((s) => s.kind === "announce" ? "here" : s.attempt).join();
}

Deno.test("a lone signal is sealed in the same turn", async () => {
  const { outbox, sealed, endNext } = startOutbox();
  const sent = outbox.send({ kind: "announce" });
  assertEquals(sealed, [[{ kind: "announce" }]]);
  assertEquals(await endNext("first"), "here");
  assertEquals(await sent, "first");
});

Deno.test("what waits while a post is under way goes together in the next", async () => {
  const { outbox, sealed, endNext } = startOutbox();
  const sent = [1, 2, 3].map((attempt) => outbox.send(signalOf(attempt)));
  assertEquals(await endNext("first"), "1");
  assertEquals(await endNext("second"), "2,3");
  assertEquals(await Promise.all(sent), ["first", "second", "second"]);
  const later = outbox.send(signalOf(4));
  assertEquals(sealed.length, 3);
  assertEquals(await endNext("third"), "4");
  assertEquals(await later, "third");
});

Deno.test("a post takes as many signals as it has room for, in their order", async () => {
  const { outbox, sealed, endNext } = startOutbox();
  const half = Math.ceil(MAX_SIGNAL_BYTES / 2);
  const sizes = [15, half, MAX_SIGNAL_BYTES - half, half, half, 15];
  const sent = sizes.map((bytes, i) => outbox.send(signalOf(i, bytes)));
  for (const expected of ["0", "1,2", "3", "4,5"]) {
    assertEquals(await endNext(), expected);
  }
  await Promise.all(sent);
  assertEquals(encodeSignals(sealed[1]!).length, MAX_SIGNAL_BYTES);
});

Deno.test("a signal that is given up while it waits is left out", async () => {
  const { outbox, endNext } = startOutbox();
  const giveUp = new AbortController();
  const { signal } = new AbortController();
  const first = outbox.send(signalOf(1));
  const dropped = outbox.send(signalOf(2), giveUp);
  const kept = outbox.send(signalOf(3), { signal });
  giveUp.abort(new Error("it left"));
  await endNext();
  await first;
  await assertRejects(() => dropped, Error, "it left");
  assertEquals(await endNext(), "3");
  await kept;
});

Deno.test("one that is given up before is never posted", async () => {
  const { outbox, sealed } = startOutbox();
  const signal = AbortSignal.abort(new Error("it left"));
  const sent = outbox.send(signalOf(1), { signal });
  await assertRejects(() => sent, Error, "it left");
  assertEquals(sealed, []);
});

Deno.test("a post that fails fails for its own signals only", async () => {
  const { outbox, nextPost, endNext } = startOutbox();
  const first = outbox.send(signalOf(1));
  const second = outbox.send(signalOf(2));
  (await nextPost()).fail(new Error("too dear"));
  await assertRejects(() => first, Error, "too dear");
  await endNext();
  await second;
});

Deno.test("256 signals may wait, one more is refused, and those given up do not count", async () => {
  const { outbox, sealed, endNext } = startOutbox();
  const giveUp = new AbortController();
  const send = (attempt: number) => outbox.send(signalOf(attempt));
  const sent = Array.from({ length: 256 }, (_, i) => send(i));
  const dropped = outbox.send(signalOf(256), giveUp);
  await assertRejects(() => send(257), RangeError, "256 signals");
  giveUp.abort(new Error("it left"));
  sent.push(send(258));
  await assertRejects(() => dropped, Error, "it left");
  const all = Promise.all(sent);
  const perPost = Math.floor(MAX_SIGNAL_BYTES / 15);
  for (let i = 0; i < 1 + Math.ceil(256 / perPost); i++) await endNext();
  assertEquals((await all).length, 257);
  assertEquals(attemptsOf(sealed.flat()).split(",").length, 257);
});

Deno.test("a signal too long for a post fails alone", async () => {
  const posted: number[] = [];
  const outbox = new Outbox<void>({
    seal: (signals) => {
      const { length } = encodeSignals(signals);
      return length > MAX_SIGNAL_BYTES
        ? Promise.reject(new RangeError("too long"))
        : Promise.resolve(`${length}`);
    },
    post: (text) => Promise.resolve(void posted.push(Number(text))),
  });
  const sizes = [15, MAX_SIGNAL_BYTES + 1, 20, MAX_SIGNAL_BYTES + 1];
  const sent = sizes.map((bytes) => outbox.send(signalOf(1, bytes)));
  const results = await Promise.allSettled(sent);
  assertEquals(results.map(({ status }) => status), [
    "fulfilled",
    "rejected",
    "fulfilled",
    "rejected",
  ]);
  assertEquals(posted, [15, 20]);
});
