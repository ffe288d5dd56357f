/**
 * Compresses what nodes serve, as small as it goes: X -> X.gz and X.br. In no time
 * for what has not changed since.
 */

import zopfli from "@gfx/zopfli";
import { brotliCompressSync, gunzipSync } from "node:zlib";

const dist = new URL("../dist/", import.meta.url);
const SERVED = /^[^.]+\.(js|css|html)$/;
/** As many as make a difference. */
const ITERATIONS = 15;

/** Gzip, a twentieth smaller than zlib makes it, in a second or two. */
export function gzipWell(bytes: Uint8Array): Promise<Uint8Array> {
  return new Promise((resolve, reject) =>
    zopfli.gzip(
      bytes,
      { numiterations: ITERATIONS },
      (error, packed) => error ? reject(error) : resolve(packed),
    )
  );
}

async function pack(url: URL): Promise<void> {
  const bytes = await Deno.readFile(url);
  const zipped = await Deno.readFile(`${url.pathname}.gz`).catch(() => null);
  if (zipped !== null && areEqual(gunzipSync(zipped), bytes)) return;
  await Deno.writeFile(`${url.pathname}.br`, brotliCompressSync(bytes));
  await Deno.writeFile(`${url.pathname}.gz`, await gzipWell(bytes));
}

function areEqual(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

async function packAll(folder: URL): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await packAll(new URL(`${name}/`, folder));
    else if (SERVED.test(name)) await pack(new URL(name, folder));
  }
}

if (import.meta.main) await packAll(dist);
