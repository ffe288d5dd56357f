/** Files for browsers, as `deno task build` made them. */

import { type ApiRequest, Reply, type RequestHeaders } from "./exchange.ts";
import { eTag, ifNoneMatch } from "@std/http/etag";
import { acceptsEncodings } from "@std/http/negotiation";

/** One form of a file. */
interface Asset {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
  readonly etag: string | undefined;
}

/** How a file can be sent, best first, and the endings of files that are so. */
const CODINGS = [
  { coding: "br", ending: ".br" },
  { coding: "gzip", ending: ".gz" },
  { coding: "identity", ending: "" },
] as const;

type Forms = Readonly<Record<typeof CODINGS[number]["coding"], Asset>>;

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
  readonly #byPath: ReadonlyMap<string, Forms>;

  private constructor(byPath: ReadonlyMap<string, Forms>) {
    this.#byPath = byPath;
  }

  /** Reads all files. Throws when one is missing. */
  static async load(
    base: URL = new URL("../../dist/", import.meta.url),
  ): Promise<Assets> {
    const byPath = new Map<string, Forms>();
    for (const [path, { file, type }] of Object.entries(FILES)) {
      const forms = await Array.fromAsync(CODINGS, async (form) => {
        const bytes = await readFile(new URL(file + form.ending, base));
        const asset = await assetOf(bytes, { type, coding: form.coding });
        return [form.coding, asset] as const;
      });
      byPath.set(path, Object.fromEntries(forms) as Forms);
    }
    return new Assets(byPath);
  }

  has(path: string): boolean {
    return this.#byPath.has(path);
  }

  /** The file of a path that it has. */
  respond(path: string, { headers: asked }: ApiRequest): Reply {
    const { bytes, headers, etag } = this.#byPath.get(path)![codingFor(asked)];
    const isFresh = etag !== undefined &&
      !ifNoneMatch(asked.get("if-none-match"), etag);
    return isFresh ? new Reply(304, headers) : new Reply(200, headers, bytes);
  }
}

/** The smallest form that is asked for; who asks for none gets the file as it is. */
function codingFor(headers: RequestHeaders): keyof Forms {
  if (!headers.get("accept-encoding")) return "identity";
  return CODINGS.map(({ coding }) => coding)
    .find((coding) => acceptsEncodings({ headers }, coding)) ?? "identity";
}

async function assetOf(
  bytes: Uint8Array<ArrayBuffer>,
  { type, coding }: { type: string; coding: keyof Forms },
): Promise<Asset> {
  const etag = await eTag(bytes);
  const headers = {
    "content-type": type,
    "cache-control": "no-cache",
    "vary": "accept-encoding",
    ...(coding !== "identity" && { "content-encoding": coding }),
    ...(etag !== undefined && { etag }),
    ...(type === PAGE && { "content-security-policy": SCRIPT_PAGE_POLICY }),
  };
  return { bytes, headers, etag };
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
