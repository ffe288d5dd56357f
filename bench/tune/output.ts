/** Writes results whole or not at all. */

import { dirname, resolve } from "node:path";

/** A place that cannot be written to; the message says which and why. */
export class OutputError extends Error {
  override readonly name = "OutputError";
}

/** Finds out, before anything is measured, whether results can be written. Throws {@linkcode OutputError}. */
export async function checkOutput(
  { out, report }: { out: string; report: string },
): Promise<void> {
  if ((await infoOf(out))?.isDirectory) {
    throw new OutputError(`Cannot write to ${out}: it is a folder.`);
  }
  for (const folder of [dirname(resolve(out)), resolve(report)]) {
    await reporting(folder, async () => {
      const dir = await nearestThere(folder);
      await Deno.remove(await Deno.makeTempFile({ dir }));
    });
  }
}

/** Writes a file beside its place and moves it there when it is whole. Throws {@linkcode OutputError}. */
export async function writeWhole(path: string, text: string): Promise<void> {
  await reporting(path, async () => {
    const dir = dirname(resolve(path));
    await Deno.mkdir(dir, { recursive: true });
    const part = await Deno.makeTempFile({ dir });
    try {
      await Deno.writeTextFile(part, text);
      await Deno.chmod(part, 0o644); // a node may run as somebody else
      await Deno.rename(part, path);
    } catch (error) {
      await Deno.remove(part);
      throw error;
    }
  });
}

/** The folder, or the one in which it would be made. */
async function nearestThere(folder: string): Promise<string> {
  if (await infoOf(folder) !== undefined) return folder;
  return await nearestThere(dirname(folder));
}

async function infoOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch {
    return undefined;
  }
}

async function reporting(
  path: string,
  write: () => Promise<void>,
): Promise<void> {
  try {
    await write();
  } catch (cause) {
    const { message } = cause as Error;
    throw new OutputError(`Cannot write to ${path}: ${message}.`, { cause });
  }
}
