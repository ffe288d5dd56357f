/** Types of what this project uses of @gfx/zopfli, under Deno its default export alone. */

declare module "@gfx/zopfli" {
  const zopfli: {
    gzip(
      bytes: Uint8Array,
      options: { numiterations: number },
      callback: (error: Error | null, packed: Uint8Array) => void,
    ): void;
  };
  export default zopfli;
}
