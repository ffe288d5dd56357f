import { assertEquals, assertRejects } from "@std/assert";
import { checkOutput, OutputError, writeWhole } from "./output.ts";

async function inFolder(run: (folder: string) => Promise<void>) {
  const folder = await Deno.makeTempDir();
  try {
    await run(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).toSorted();
}

Deno.test("looking whether there is a place leaves nothing behind", () =>
  inFolder(async (folder) => {
    await checkOutput({ out: `${folder}/a/x.json`, report: `${folder}/b/c` });
    assertEquals(namesIn(folder), []);
    await writeWhole(`${folder}/a/x.json`, "x");
    assertEquals(namesIn(`${folder}/a`), ["x.json"]);
  }));

Deno.test("a place that cannot be written to is named before there are results", () =>
  inFolder(async (folder) => {
    await Deno.writeTextFile(`${folder}/file`, "");
    const prepare = (out: string, report: string) =>
      assertRejects(
        () => checkOutput({ out, report }),
        OutputError,
        `${folder}/`,
      );
    await prepare(`${folder}/x.json`, `${folder}/file/report`);
    await prepare(`${folder}/file/x.json`, `${folder}/report`);
    await Deno.mkdir(`${folder}/x.json`);
    await prepare(`${folder}/x.json`, `${folder}/report`);
  }));

Deno.test("a file takes its place when it is whole", () =>
  inFolder(async (folder) => {
    await writeWhole(`${folder}/x.json`, "one");
    await writeWhole(`${folder}/x.json`, "two");
    assertEquals(await Deno.readTextFile(`${folder}/x.json`), "two");
    await Deno.mkdir(`${folder}/y`);
    await assertRejects(() => writeWhole(`${folder}/y`, "z"), OutputError);
    assertEquals(namesIn(folder), ["x.json", "y"]);
  }));
