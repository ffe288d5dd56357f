import { assertEquals, assertRejects } from "@std/assert";
import { readFile, replaceFile } from "./data_file.ts";

Deno.test("a file is replaced as a whole, and read up to a size", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/file`;
  assertEquals(await readFile(path, { maxBytes: 9 }), undefined);
  await replaceFile(path, "a long text\n".repeat(100_000));
  await assertRejects(
    () => readFile(path, { maxBytes: 9 }),
    Error,
    "at most 9",
  );
  await replaceFile(path, "short");
  assertEquals(await readFile(path, { maxBytes: 9 }), "short");
  assertEquals((await Deno.stat(path)).mode! & 0o777, 0o600);
  assertEquals(Array.from(Deno.readDirSync(folder)).length, 1);
  await Deno.remove(folder, { recursive: true });
});
