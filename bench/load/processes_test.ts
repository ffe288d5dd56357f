import { assert, assertEquals } from "@std/assert";
import { libcMissing } from "./libc.ts";
import {
  lineOf,
  mainThreadMs,
  startPinned,
  treeOf,
  usageOf,
} from "./processes.ts";

const ignore = libcMissing() !== undefined;

Deno.test({
  name: "a child is watched, its lines are read, and it ends when told",
  ignore,
  async fn() {
    const child = startPinned(0, [
      Deno.execPath(),
      "eval",
      "while (process.cpuUsage().user < 150_000);" +
      "console.log('warm'); console.log('ready 7'); setInterval(() => {}, 1000)",
    ]);
    const [, number] = await lineOf(child, /^ready (\d)$/);
    assertEquals(number, "7");
    const { cpuMs, rssBytes } = usageOf([child.pid]);
    assert(cpuMs >= 100 && rssBytes > 1e7);
    assert(mainThreadMs(child.pid) <= cpuMs);
    assertEquals(treeOf(child.pid)[0], child.pid);
    assert(treeOf(Deno.pid).includes(child.pid));
    await child.stop();
  },
});
