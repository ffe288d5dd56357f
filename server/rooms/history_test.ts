import { assertEquals } from "@std/assert";
import { NO_PROOF } from "../testing/proofs.ts";
import { History, type Message } from "./history.ts";

function message(id: string, at: number, bytes = 10): Message {
  return { id, at, event: new Uint8Array(bytes), proof: NO_PROOF };
}

function idsOf(replay: { messages: Message[]; isComplete: boolean }) {
  return [replay.messages.map(({ id }) => id).join(" "), replay.isComplete];
}

function historyOf(...messages: Message[]): History {
  const history = new History();
  for (const message of messages) history.add(message);
  return history;
}

Deno.test("replay after an id begins 10 s before it, and leaves it out", () => {
  const history = historyOf(
    message("a", 0),
    message("b", 4999),
    message("c", 5000),
    message("d", 15_000),
    message("e", 16_000),
  );
  assertEquals(idsOf(history.replay({ afterId: "d" }, 20_000)), ["c e", true]);
  assertEquals(idsOf(history.replay({ afterId: "a" }, 20_000)), [
    "b c d e",
    true,
  ]);
});

Deno.test("an unknown id replays all that is held, and says that it is not all", () => {
  const history = historyOf(message("a", 0), message("b", 1));
  assertEquals(idsOf(history.replay({ afterId: "x" }, 2)), ["a b", false]);
  assertEquals(idsOf(new History().replay({ afterId: "x" }, 2)), ["", false]);
});

Deno.test("replay since so many seconds", () => {
  const history = historyOf(message("a", 1000), message("b", 2000));
  for (
    const [since, ids] of [[0, ""], [0.5, "b"], [1.5, "a b"], [
      60,
      "a b",
    ]] as const
  ) {
    const replay = history.replay({ sinceSeconds: since }, 2500);
    assertEquals(idsOf(replay), [ids, true], `${since} s`);
  }
});

Deno.test("a message is replayed until it is 60 s old", () => {
  const history = historyOf(message("a", 0), message("b", 30_000));
  const request = { sinceSeconds: 60 };
  assertEquals(idsOf(history.replay(request, 60_000)), ["a b", true]);
  assertEquals(idsOf(history.replay(request, 60_001)), ["b", true]);
  assertEquals(idsOf(history.replay({ afterId: "a" }, 60_001)), ["b", false]);
  history.expire(60_000);
  assertEquals([history.size, history.bytes], [2, 20]);
  history.expire(60_001);
  assertEquals([history.size, history.bytes], [1, 10]);
  history.expire(1e9);
  assertEquals([history.size, history.bytes], [0, 0]);
});

Deno.test("of 257 messages the first is gone, and whoever asks for it is told", () => {
  const history = new History();
  for (let i = 0; i <= 256; i++) history.add(message(`${i}`, i * 10));
  assertEquals([history.size, history.lost], [256, 1]);
  const all = history.replay({ sinceSeconds: 60 }, 3000);
  assertEquals([all.messages[0]?.id, all.isComplete], ["1", false]);
  const recent = history.replay({ sinceSeconds: 2 }, 3000);
  assertEquals(recent.isComplete, true);
});

Deno.test("a history that was cut to make room says so for a minute", () => {
  const history = historyOf(message("a", 1000));
  history.cut();
  history.cut();
  assertEquals([history.size, history.bytes, history.lost], [0, 0, 1]);
  const request = { sinceSeconds: 60 };
  assertEquals(history.replay(request, 61_000).isComplete, false);
  assertEquals(history.replay(request, 61_001).isComplete, true);
});
