import { assert, assertEquals, assertRejects } from "@std/assert";
import { deviceOf } from "./device.ts";
import type { Step } from "./progress.ts";
import { measureThisMachine } from "./this_machine.ts";

const brief = {
  rounds: 1,
  durationMs: 10,
  onProgress: () => {},
  signal: new AbortController().signal,
};

Deno.test("this machine is measured as a page would use it, and beside native code", async () => {
  const steps: Step[] = [];
  const { threads, report } = await measureThisMachine({
    ...brief,
    asDevice: true,
    onProgress: (step) => steps.push(step),
  });
  assert(threads.page > 1e5 && threads.native > 1e5);
  assert(deviceOf(report)!.engine.endsWith("in workers"));
  const candidates = report.rates.length;
  const ofSeconds = candidates * (10 / 4 + 10) / 1000;
  assertEquals(steps[0], { seconds: 0, ofSeconds, name: "wasm-simd" });
  assertEquals(steps.at(-1), {
    seconds: ofSeconds,
    ofSeconds,
    name: "done",
  });
});

Deno.test("where files tell of devices, one thread is enough", async () => {
  const { report } = await measureThisMachine({ ...brief, asDevice: false });
  assertEquals(report.rates.map(({ name }) => name), ["wasm-simd", "native"]);
});

Deno.test("a measurement that is given up ends, and its workers with it", async () => {
  const stop = new AbortController();
  await assertRejects(
    () =>
      measureThisMachine({
        ...brief,
        asDevice: true,
        onProgress: () => stop.abort(new Error("given up")),
        signal: stop.signal,
      }),
    Error,
    "given up",
  );
});
