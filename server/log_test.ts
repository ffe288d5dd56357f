import { assert, assertEquals, assertMatch } from "@std/assert";
import { logOf, type LogOptions, openLog, startLog } from "./log.ts";
import { LogReader } from "./testing/log_reader.ts";

/** What is written by the time the log is closed. */
async function written(
  say: () => void,
  options: Partial<LogOptions> = {},
): Promise<LogReader> {
  const reader = new LogReader();
  const log = await openLog({
    level: "info",
    format: "text",
    out: reader.out,
    isTimed: false,
    ...options,
  });
  say();
  await log.close();
  return reader;
}

const http = logOf("http");

Deno.test("a log that nobody opened takes everything and says nothing", () => {
  http.error("Fault: {fault}", { fault: new Error("x") });
});

Deno.test("what is below the level is not written", async () => {
  const say = () => {
    http.debug("a");
    http.info("b");
    http.warning("c");
    http.error("d");
  };
  const cases: [LogOptions["level"], string][] = [
    ["debug", "abcd"],
    ["info", "bcd"],
    ["warning", "cd"],
    ["error", "d"],
  ];
  for (const [level, expected] of cases) {
    const { lines } = await written(say, { level });
    assertEquals(lines.map((line) => line.at(-1)).join(""), expected);
  }
});

Deno.test("the start is told at any level, in text as it is", async () => {
  const say = () => startLog.info("http {url}", { url: "http://[::1]:8000" });
  const { text } = await written(say, { level: "error", isTimed: true });
  assertEquals(text, "http http://[::1]:8000\n");
  const { objects } = await written(say, { level: "error", format: "json" });
  assertEquals(objects.map(({ message }) => message), [
    "http http://[::1]:8000",
  ]);
});

Deno.test("a flood becomes twenty lines and a number", async () => {
  const { lines } = await written(() => {
    for (let i = 0; i < 10_000; i++) http.error("Fault: {i}", { i });
    http.warning("something else");
  });
  assertEquals(lines.length, 21);
  assertEquals(lines[19], "error http: Fault: 19");
  assertEquals(lines[20], "warning http: something else");
});

Deno.test("after 10 s of a flood it is told how many lines were left out, and it begins anew", async () => {
  let now = 0;
  const say = () => {
    for (now = 0; now <= 10_000; now += 10) http.error("Fault: {now}", { now });
  };
  const { lines } = await written(say, {
    level: "error",
    now: () => now,
  });
  assertEquals(lines.slice(19), [
    "error http: Fault: 190",
    "error log: 980 more from http were not written",
    "error http: Fault: 10000",
  ]);
});

Deno.test("who asks for debug gets every line of it", async () => {
  const { lines } = await written(() => {
    for (let i = 0; i < 100; i++) http.debug("{i}", { i });
  }, { level: "debug" });
  assertEquals(lines.length, 100);
});

Deno.test("a reader that broke off disturbs nobody", async () => {
  const out = new WritableStream<Uint8Array>({
    write() {
      throw new Deno.errors.BrokenPipe("nobody reads");
    },
  });
  await written(() => {
    for (let i = 0; i < 3000; i++) http.debug("{i}", { i });
  }, { out, level: "debug" });
});

Deno.test("json is an object a line, with time, level, part and fields", async () => {
  const { objects } = await written(() => {
    http.warning("Port {port} is taken", { port: 8000 });
  }, { format: "json" });
  const [{ "@timestamp": time, ...fields }] = objects as [
    Record<string, unknown>,
  ];
  assertMatch(`${time}`, /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
  assertEquals(fields, {
    level: "WARN",
    message: "Port 8000 is taken",
    logger: "sigmesh.http",
    properties: { port: 8000 },
  });
});

/** Last, since the log is closed for good only when its reader reads on. */
Deno.test("a reader that stopped holds up the end for half a second, and memory not at all", async () => {
  const reading = Promise.withResolvers<void>();
  const last = Promise.withResolvers<void>();
  const lines: string[] = [];
  const out = new WritableStream<Uint8Array>({
    write(bytes) {
      lines.push(new TextDecoder().decode(bytes));
      if (lines.at(-1)!.includes("99999")) last.resolve();
      return reading.promise;
    },
  });
  const start = performance.now();
  await written(() => {
    for (let i = 0; i < 100_000; i++) http.debug("{i}", { i });
  }, { out, level: "debug" });
  assert(performance.now() - start < 5000);
  assertEquals(lines.length, 1);
  reading.resolve();
  await last.promise;
  assert(lines.length <= 1500, `${lines.length} lines had waited`);
});
