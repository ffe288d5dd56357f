/** The packages in pages that others bundle, under the strictest policy at which solving has its full speed. */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "./testing/chromium.ts";
import type { Outcome } from "./testing/solving_page/page.ts";
import { withTestNode } from "./testing/test_node.ts";

const POLICY = "script-src 'self' 'wasm-unsafe-eval'; worker-src blob:";
const PAGE = pathOf("./testing/solving_page/");

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** Folder of a package of npm: Vite chooses the file in it, as in its users' projects. */
function packageFolder(name: string): string {
  return dirname(dirname(fileURLToPath(import.meta.resolve(name))));
}

async function buildWithVite(folder: string): Promise<void> {
  await build({
    root: PAGE,
    configFile: false,
    logLevel: "warn",
    build: { outDir: folder, emptyOutDir: true },
    resolve: {
      alias: {
        "@sigmesh/core/wire": pathOf("../core/wire.ts"),
        "@sigmesh/core": pathOf("../core/mod.ts"),
        "@sigmesh/client": pathOf("../client/mod.ts"),
        "hash-wasm": packageFolder("hash-wasm"),
      },
    },
  });
}

async function buildWithDeno(folder: string): Promise<void> {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "browser", "--minify"],
      ...["--output", `${folder}/page.js`, `${PAGE}page.ts`],
    ],
    cwd: pathOf(".."),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const html = await Deno.readTextFile(`${PAGE}index.html`);
  assertStringIncludes(html, "./page.ts");
  await Deno.writeTextFile(
    `${folder}/index.html`,
    html.replace("./page.ts", "./page.js"),
  );
}

/** Serves what was built, under the policy. */
function serve(folder: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const file = pathname === "/" ? "/index.html" : pathname;
      const type = file.endsWith(".js") ? "text/javascript" : "text/html";
      const bytes = await Deno.readFile(folder + file).catch(() => undefined);
      return new Response(bytes ?? null, {
        status: bytes === undefined ? 404 : 200,
        headers: { "content-type": type, "content-security-policy": POLICY },
      });
    },
  );
}

/** Opens the page, and lets it pay a node and solve. */
async function openAndSolve(url: string, node: string): Promise<Outcome> {
  const browser = await launchChromium();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction("globalThis.payAndSolve");
    return await page.evaluate<Outcome>(
      `payAndSolve(${JSON.stringify(node)})`,
    );
  } finally {
    await browser.close();
  }
}

const bundlers: [string, (folder: string) => Promise<void>][] = [
  ["Vite", buildWithVite],
  ["deno bundle", buildWithDeno],
];

for (const [name, bundle] of bundlers) {
  Deno.test({
    name: `a page bundled by ${name} pays and solves in workers` +
      chromiumMissing,
    ignore: chromiumPath === undefined,
    async fn() {
      const folder = await Deno.makeTempDir();
      await bundle(folder);
      const server = serve(folder);
      try {
        await withTestNode(async ({ origin }) => {
          const url = `http://127.0.0.1:${server.addr.port}/`;
          assertEquals(await openAndSolve(url, origin), {
            paidBy: "wasm-simd",
            isSolved: true,
            engine: "wasm-simd",
            threads: 2,
            notices: [],
          });
        });
      } finally {
        await server.shutdown();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
