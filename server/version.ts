import manifest from "./deno.json" with { type: "json" };

/** Version of this software, as its manifest says. */
export const VERSION: string = manifest.version;
