/** Files for browsers, as `deno task build` made them. */

import { type ApiRequest, Reply } from "./exchange.ts";
import { eTag, ifNoneMatch } from "@std/http/etag";

interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string | undefined;
}

const SCRIPT = "text/javascript; charset=utf-8";
const PAGE = "text/html; charset=utf-8";
const STYLE = "text/css; charset=utf-8";

/** Paths of the built files, relative to dist/, and how they are served. */
const FILES: Record<string, { file: string; type: string }> = {
  "/client.js": { file: "client.js", type: SCRIPT },
  "/trystero.js": { file: "trystero.js", type: SCRIPT },
  "/page.css": { file: "page.css", type: STYLE },
  "/pages/room.js": { file: "pages/room.js", type: SCRIPT },
  "/pages/token.js": { file: "pages/token.js", type: SCRIPT },
  "/pages/dht.js": { file: "pages/dht.js", type: SCRIPT },
  "/demo/": { file: "demo/index.html", type: PAGE },
  "/demo/demo.js": { file: "demo/demo.js", type: SCRIPT },
  "/bench/": { file: "bench/index.html", type: PAGE },
  "/bench/bench.js": { file: "bench/bench.js", type: SCRIPT },
  "/demo/demo.css": { file: "demo/demo.css", type: STYLE },
};

/** Scripts and styles of these pages are files of the node; they may talk to any node. */
const SCRIPT_PAGE_POLICY =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
  "worker-src blob:; connect-src *; img-src data:; base-uri 'none'; " +
  "form-action 'none'; frame-ancestors 'none'";

/** Holds the files in memory. */
export class Assets {
  readonly #byPath: ReadonlyMap<string, Asset>;

  private constructor(byPath: ReadonlyMap<string, Asset>) {
    this.#byPath = byPath;
  }

  /** Reads all files. Throws when one is missing. */
  static async load(
    base: URL = new URL("../../dist/", import.meta.url),
  ): Promise<Assets> {
    const byPath = new Map<string, Asset>();
    for (const [path, { file, type }] of Object.entries(FILES)) {
      const bytes = await readFile(new URL(file, base));
      const etag = await eTag(bytes);
      const headers = {
        "content-type": type,
        "cache-control": "no-cache",
        ...(etag === undefined ? {} : { etag }),
        ...(type === PAGE
          ? { "content-security-policy": SCRIPT_PAGE_POLICY }
          : {}),
      };
      byPath.set(path, { bytes, headers, etag });
    }
    return new Assets(byPath);
  }

  has(path: string): boolean {
    return this.#byPath.has(path);
  }

  /** The file of a path that it has. */
  respond(path: string, { headers: asked }: ApiRequest): Reply {
    const { bytes, headers, etag } = this.#byPath.get(path)!;
    const isFresh = etag !== undefined &&
      !ifNoneMatch(asked.get("if-none-match"), etag);
    return isFresh ? new Reply(304, headers) : new Reply(200, headers, bytes);
  }
}

async function readFile(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return await Deno.readFile(url);
  } catch (cause) {
    throw new Error(
      `Cannot read ${url.pathname}: run "deno task build" first`,
      { cause },
    );
  }
}
