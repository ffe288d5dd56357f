import { assertEquals, assertRejects } from "@std/assert";
import { fanOut } from "./fan_out.ts";

/** Counts what is read of it. */
function countTo(last: number) {
  const state = { read: 0, cancelled: undefined as unknown };
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (state.read === last) return controller.close();
      controller.enqueue(Uint8Array.of(++state.read));
    },
    cancel(reason) {
      state.cancelled = reason ?? "no reason";
    },
  }, { highWaterMark: 0 });
  return { state, stream };
}

async function numbers(stream: ReadableStream<Uint8Array>): Promise<number[]> {
  const all: number[] = [];
  for await (const [number] of stream) all.push(number!);
  return all;
}

Deno.test("every branch has all of the stream", async () => {
  const { stream } = countTo(5);
  const read = await Promise.all(fanOut(stream, 3).map(numbers));
  assertEquals(read, Array(3).fill([1, 2, 3, 4, 5]));
});

Deno.test("one who does not read holds the others, and the source", async () => {
  const { state, stream } = countTo(100);
  const [fast, slow] = fanOut(stream, 2);
  const reader = fast!.getReader();
  assertEquals((await reader.read()).value, Uint8Array.of(1));
  const second = reader.read();
  assertEquals(state.read, 1);
  const slowReader = slow!.getReader();
  await slowReader.read();
  assertEquals((await second).value, Uint8Array.of(2));
  await Promise.all([reader.cancel(), slowReader.cancel("enough")]);
  assertEquals(state.cancelled, "enough");
});

Deno.test("who gives up holds nobody", async () => {
  const { stream } = countTo(4);
  const [stays, goes] = fanOut(stream, 2);
  const read = numbers(stays!);
  await goes!.cancel();
  assertEquals(await read, [1, 2, 3, 4]);
});

Deno.test("a source that fails fails all", async () => {
  const source = new ReadableStream<Uint8Array>({
    pull: () => Promise.reject(new Error("broken")),
  });
  for (const branch of fanOut(source, 2)) {
    await assertRejects(() => numbers(branch), Error, "broken");
  }
});

Deno.test("for nobody nothing is read", () => {
  const { state, stream } = countTo(1);
  assertEquals(fanOut(stream, 0), []);
  assertEquals(state, { read: 0, cancelled: "no reason" });
});
