/** What the examples and the guide need to run: a node, a server of pages, a browser. */

import { assertEquals } from "@std/assert";
import { DEFAULT_CURVE } from "@sigmesh/core";
import { fileURLToPath } from "node:url";
import type { Browser, Page } from "playwright-core";
import { chromiumMissing, chromiumPath, launchChromium } from "./chromium.ts";
import { LOCAL_TURN, startTestNode, type TestNode } from "./test_node.ts";

/** Where the examples are. */
export const EXAMPLES = new URL("../../client/examples/", import.meta.url);
const DIST = new URL("../../dist/", import.meta.url);
/** What pages for people name as a node; the real one is on another port. */
const NAMED_NODES =
  /http:\/\/localhost:8000|https:\/\/(?:node|another)\.example/g;
const FAKE_CAMERA = [
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
];

/** Set it, play on it, strike it. */
export class ExamplesStage {
  readonly node: TestNode;
  readonly #browser: Browser;
  readonly #server: Deno.HttpServer<Deno.NetAddr>;
  readonly #pages = new Map<string, string>();
  readonly #errors: string[] = [];

  private constructor(node: TestNode, browser: Browser) {
    this.node = node;
    this.#browser = browser;
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      (request) => this.#serve(new URL(request.url).pathname.slice(1)),
    );
  }

  static async set(): Promise<ExamplesStage> {
    const node = await startTestNode({
      curve: DEFAULT_CURVE,
      turn: LOCAL_TURN,
    });
    return new ExamplesStage(node, await launchChromium(FAKE_CAMERA));
  }

  /** A text with the node's own address in the place of those that it names. */
  adapt(text: string): string {
    return text.replaceAll(NAMED_NODES, this.node.origin);
  }

  /** Adds a page to those that are served. */
  add(name: string, html: string): void {
    this.#pages.set(name, html);
  }

  /** Opens a page, by its name or address, in a context of its own; its errors fail the test. */
  async open(
    name: string,
    { before = "" }: {
      /** Script that runs before those of the page. */
      before?: string;
    } = {},
  ): Promise<Page> {
    const context = await this.#browser.newContext();
    const page = await context.newPage();
    await page.addInitScript(before);
    page.on("pageerror", (error) => this.#errors.push(error.message));
    const url = new URL(name, `http://127.0.0.1:${this.#server.addr.port}`);
    await page.goto(url.href);
    return page;
  }

  async strike(): Promise<void> {
    await this.#browser.close();
    await this.#server.shutdown();
    await this.node.close();
    assertEquals(this.#errors, []);
    assertEquals(this.node.faults, []);
  }

  async #serve(name: string): Promise<Response> {
    const script = { headers: { "content-type": "text/javascript" } };
    if (name === "yjs.js") return new Response(await bundleYjs(), script);
    if (name === "sigmesh.js") {
      return new Response(
        await Deno.readFile(new URL("client.js", DIST)),
        script,
      );
    }
    if (!name.endsWith(".html")) return new Response(null, { status: 404 });
    const html = this.#pages.get(name) ??
      await Deno.readTextFile(new URL(name, EXAMPLES));
    const headers = { "content-type": "text/html" };
    return new Response(this.adapt(html), { headers });
  }
}

/** As the example says, but for the version, which is that of the lock file. */
async function bundleYjs(): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["bundle", "--quiet", "--platform", "browser"],
      fileURLToPath(import.meta.resolve("yjs")),
    ],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

/** A test on a stage of its own; ignored where there is no Chromium. */
export function stageTest(
  name: string,
  run: (stage: ExamplesStage) => Promise<void>,
): void {
  Deno.test({
    name: name + chromiumMissing,
    ignore: chromiumPath === undefined,
    async fn() {
      const stage = await ExamplesStage.set();
      try {
        await run(stage);
      } finally {
        await stage.strike();
      }
    },
  });
}
