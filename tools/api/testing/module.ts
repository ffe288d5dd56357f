/** What a module of a few lines exports, by the real `deno doc`. */

import { type PublicSymbol, readPublicSymbols } from "../declarations.ts";

/** Symbols of `test`, and of another package where its source is given. */
export async function symbolsOf(
  source: string,
  otherSource?: string,
): Promise<Map<string, PublicSymbol>> {
  const folder = await Deno.makeTempDir();
  const write = async (name: string, text: string) => {
    const file = `${folder}/${name}.ts`;
    await Deno.writeTextFile(file, text);
    return new URL(`file://${file}`);
  };
  try {
    return await readPublicSymbols({
      test: await write("test", source),
      ...otherSource && { other: await write("other", otherSource) },
    });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
