import {
  assert,
  assertEquals,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
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
