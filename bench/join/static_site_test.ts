import { assertEquals } from "@std/assert";
import { serveSite } from "./static_site.ts";

Deno.test("a site serves its page, scripts of its folder, and nothing else", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/site`);
  await Deno.writeTextFile(`${folder}/site/lib.mjs`, "export {}");
  await Deno.writeTextFile(`${folder}/site/secret.txt`, "secret");
  await Deno.writeTextFile(`${folder}/outside.js`, "outside");
  const site = serveSite("<title>a page</title>", `${folder}/site`);
  try {
    const get = async (path: string) => {
      const response = await fetch(site.url + path);
      return [
        response.status,
        response.headers.get("content-type"),
        await response.text(),
      ];
    };
    assertEquals(await get(""), [200, "text/html", "<title>a page</title>"]);
    assertEquals(await get("lib.mjs"), [200, "text/javascript", "export {}"]);
    for (
      const path of [
        "missing.js",
        "secret.txt",
        "../outside.js",
        "%2e%2e/outside.js",
        "..%2foutside.js",
      ]
    ) {
      assertEquals(await get(path), [404, null, ""], path);
    }
  } finally {
    await site.stop();
    await Deno.remove(folder, { recursive: true });
  }
});
