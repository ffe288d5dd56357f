/** What a process holds, once what nobody needs has been thrown away. */

import v8 from "node:v8";
import vm from "node:vm";

v8.setFlagsFromString("--expose-gc");
const collect: () => void = vm.runInNewContext("gc");

/** Bytes of the heap and of buffers beside it, after collecting garbage. */
export function heapBytes(): number {
  collect();
  const { heapUsed, external } = Deno.memoryUsage();
  return heapUsed + external;
}
