/**
 * The packages in pages that others bundle, under the strictest policy at which
 * solving has its full speed: from the source, and as npm installs them.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "./testing/chromium.ts";
import type { Outcome } from "./testing/solving_page/page.ts";
import { withTestNode } from "./testing/test_node.ts";

const POLICY = "script-src 'self' 'wasm-unsafe-eval'; worker-src blob:";
const ROOT = pathOf("../");
const PAGE = pathOf("./testing/solving_page/");
/** Types of the packages are looked into as well: no --skipLibCheck. */
const STRICTLY = "--noEmit --strict --target es2022 --module esnext " +
  "--moduleResolution bundler --lib esnext,dom,dom.iterable,dom.asynciterable";
/** What a program in Node.js does. */
const NODE_SCRIPT = `
  import { solve, verify } from "@sigmesh/core";
  const challenge = crypto.getRandomValues(new Uint8Array(32));
  const { nonces } = await solve(challenge, 12);
  console.log(verify(challenge, nonces, 12).ok);`;

function pathOf(relative: string): string {
  return fileURLToPath(new URL(relative, import.meta.url));
}

/** What whoever installs the packages by npm does, in a folder that knows nothing of this repository. */
async function buildWithVite(folder: string): Promise<void> {
  const project = await Deno.makeTempDir();
  try {
    await run([Deno.execPath(), "task", "pack"], ROOT);
    for (const file of ["index.html", "page.ts"]) {
      await Deno.copyFile(PAGE + file, `${project}/${file}`);
    }
    await Deno.writeTextFile(
      `${project}/package.json`,
      '{ "type": "module", "private": true }',
    );
    const packages = [`${ROOT}dist/npm/core.tgz`, `${ROOT}dist/npm/client.tgz`];
    const tools = ["vite@8.3.8", "typescript@7.0.2"];
    const quietly = ["--no-audit", "--no-fund", "--prefer-offline"];
    await run(["npm", "install", ...quietly, ...packages, ...tools], project);
    await run(["npx", "tsc", ...STRICTLY.split(" "), "page.ts"], project);
    await run(["npx", "vite", "build", "--outDir", folder], project);
    assertEquals(
      await run(
        ["node", "--input-type=module", "--eval", NODE_SCRIPT],
        project,
      ),
      "true\n",
    );
  } finally {
    await Deno.remove(project, { recursive: true });
  }
}

/** Resolves with what it says; rejects with all that it says when it fails. */
async function run(
  [program, ...args]: [string, ...string[]],
  cwd: string,
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args,
    cwd,
    env: { NO_COLOR: "1" },
  }).output();
  const said = new TextDecoder().decode(stdout);
  if (success) return said;
  throw new Error(
    `${program} ${args[0]}: ${said}${new TextDecoder().decode(stderr)}`,
  );
}

async function buildWithDeno(folder: string): Promise<void> {
  await run(
    [
      Deno.execPath(),
      ...["bundle", "--quiet", "--platform", "browser", "--minify"],
      ...["--output", `${folder}/page.js`, `${PAGE}page.ts`],
    ],
    ROOT,
  );
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

async function open(browser: Browser, url: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(url);
  await page.waitForFunction("globalThis.payAndSolve");
  return page;
}

const hasNpm = await run(["npm", "--version"], ROOT)
  .then(() => true, () => false);

const bundlers = [
  {
    name: `Vite from packages that npm installed${hasNpm ? "" : " (no npm)"}`,
    bundle: buildWithVite,
    isHere: hasNpm,
  },
  { name: "deno bundle from the source", bundle: buildWithDeno, isHere: true },
];

for (const { name, bundle, isHere } of bundlers) {
  Deno.test({
    name:
      `a page bundled by ${name} pays, solves in workers and meets another` +
      chromiumMissing,
    ignore: chromiumPath === undefined || !isHere,
    async fn() {
      const folder = await Deno.makeTempDir();
      await bundle(folder);
      const server = serve(folder);
      const url = `http://127.0.0.1:${server.addr.port}/`;
      const browser = await launchChromium();
      try {
        await withTestNode(async ({ origin }) => {
          const node = JSON.stringify(origin);
          const pages = [await open(browser, url), await open(browser, url)];
          assertEquals(
            await pages[0]!.evaluate<Outcome>(`payAndSolve(${node})`),
            {
              paidBy: "wasm-simd",
              isSolved: true,
              engine: "wasm-simd",
              threads: 2,
              notices: [],
            },
          );
          const meetings = pages.map((page) =>
            page.evaluate<unknown>(`meet(${node})`)
          );
          assertEquals(await Promise.all(meetings), ["hello", "hello"]);
          await Promise.all(pages.map((page) => page.close()));
        });
      } finally {
        await browser.close();
        await server.shutdown();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}
