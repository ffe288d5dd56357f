/** Files of `--data-dir`: whole or not at all, and for nobody else to read. */

/** Writes a file in place of the one that is there, if any; a crash leaves one of the two. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const unfinished = `${path}.new`;
  const file = await Deno.open(unfinished, {
    ...{ write: true, create: true, truncate: true, mode: 0o600 },
  });
  try {
    let rest = new TextEncoder().encode(text);
    while (rest.length > 0) rest = rest.subarray(await file.write(rest));
    await file.syncData();
  } finally {
    file.close();
  }
  await Deno.rename(unfinished, path);
}

/** The text of a file, or undefined where there is none. Rejects when it is too long. */
export async function readFile(
  path: string,
  { maxBytes }: { maxBytes: number },
): Promise<string | undefined> {
  try {
    const { size } = await Deno.stat(path);
    if (size > maxBytes) {
      throw new Error(
        `${path} has ${size} bytes, expected at most ${maxBytes}`,
      );
    }
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Makes the folder unless it is there. */
export async function makeDataFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true, mode: 0o700 });
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(`--data-dir ${folder} cannot be made: ${message}`, {
      cause,
    });
  }
}
