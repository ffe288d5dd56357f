import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { Assets } from "./assets.ts";
import type { ApiRequest } from "./exchange.ts";

const request = (headers = {}): ApiRequest => ({
  method: "GET",
  url: new URL("http://localhost/"),
  headers: new Headers(headers),
  body: new Uint8Array(),
});

Deno.test("the library is one script that any page may import", async () => {
  const assets = await Assets.load();
  const response = assets.respond("/client.js", request());
  assertEquals(response.status, 200);
  assertStringIncludes(response.headers["content-type"]!, "javascript");
  const source = new TextDecoder().decode(response.body as Uint8Array);
  assertStringIncludes(source, "openChannel");
  assert(!/\bfrom"(?!data:)/.test(source), "it imports nothing");
});

Deno.test("a browser that has the file is not sent it again", async () => {
  const assets = await Assets.load();
  const etag = assets.respond("/client.js", request()).headers["etag"]!;
  const again = assets.respond(
    "/client.js",
    request({ "if-none-match": etag }),
  );
  assertEquals([again.status, again.body], [304, ""]);
  const other = assets.respond(
    "/client.js",
    request({ "if-none-match": '"x"' }),
  );
  assertEquals(other.status, 200);
});

Deno.test("a file comes as small as the browser takes it, and is the same", async () => {
  const assets = await Assets.load();
  const { body: whole } = assets.respond("/client.js", request());
  const etags = new Set<string>();
  const unpackers = { gzip: gunzipSync, br: brotliDecompressSync } as const;
  for (
    const [accepted, coding] of [
      ["gzip, deflate, br, zstd", "br"],
      ["gzip, deflate", "gzip"],
      ["br;q=0, *", "gzip"],
    ] as const
  ) {
    const reply = assets.respond(
      "/client.js",
      request({ "accept-encoding": accepted }),
    );
    assertEquals(reply.headers["content-encoding"], coding);
    assertEquals(reply.headers["vary"], "accept-encoding");
    const body = unpackers[coding](reply.body as Uint8Array);
    assert(body.equals(whole as Uint8Array));
    etags.add(reply.headers["etag"]!);
  }
  for (const accepted of ["", "identity", "zstd"]) {
    const { headers, body } = assets.respond(
      "/client.js",
      request({ "accept-encoding": accepted }),
    );
    assertEquals(headers["content-encoding"], undefined);
    assert(body === whole);
    etags.add(headers["etag"]!);
  }
  assertEquals(etags.size, 3);
});

Deno.test("the demo's policy lets in nothing but the node's own files", async () => {
  const assets = await Assets.load();
  const { headers } = assets.respond("/demo/", request());
  assertStringIncludes(
    headers["content-security-policy"]!,
    "script-src 'self'",
  );
  assert(!assets.has("/demo/../main.ts"));
});

Deno.test("a build that is missing says what to run", async () => {
  const nowhere = new URL("file:///nowhere/");
  const error = await assertRejects(() => Assets.load(nowhere), Error);
  assertStringIncludes(error.message, 'run "deno task build" first');
});
