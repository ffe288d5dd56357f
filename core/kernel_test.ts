import { assert, assertEquals } from "@std/assert";
import { generateKernel, type KernelExports } from "./kernel.ts";

Deno.test("both kernels are valid modules without imports", () => {
  for (const lanes of [1, 4] as const) {
    const module = new WebAssembly.Module(generateKernel(lanes));
    assertEquals(WebAssembly.Module.imports(module), []);
    assertEquals(
      WebAssembly.Module.exports(module).map(({ name }) => name),
      ["memory", "search"],
    );
  }
});

Deno.test("search returns the steps that were left, the present one included", () => {
  for (const lanes of [1, 4] as const) {
    const module = new WebAssembly.Module(generateKernel(lanes));
    const { exports } = new WebAssembly.Instance(module);
    const { search } = exports as unknown as KernelExports;
    assertEquals(search(0, 5, 0xffff_ffff), 5); // everything is at most that
    assertEquals(search(1, 5, 0), 0);
  }
});

Deno.test("the scalar kernel has no SIMD in it", () => {
  const count = (bytes: Uint8Array) => bytes.filter((b) => b === 0xfd).length;
  assert(count(generateKernel(4)) > 1000);
  assert(count(generateKernel(1)) < 10);
});
