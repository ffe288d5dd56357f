import { assertEquals, assertStringIncludes } from "@std/assert";
import type { ApiRequest } from "./exchange.ts";
import { formatFor, refuse, respond, wantsEventStream } from "./negotiation.ts";

function request(headers: Record<string, string>): ApiRequest {
  return {
    method: "GET",
    url: new URL("http://localhost/"),
    headers: new Headers(headers),
    body: new Uint8Array(),
  };
}

Deno.test("JSON where Accept or Content-Type names it, else HTML", () => {
  const cases: [Record<string, string>, string][] = [
    [{}, "html"],
    [{ accept: "*/*" }, "html"],
    [{ accept: "text/html,application/xhtml+xml,*/*;q=0.8" }, "html"],
    [{ accept: "application/json" }, "json"],
    [{ accept: "application/problem+JSON" }, "json"],
    [{ accept: "application/json, text/event-stream" }, "json"],
    [{ "content-type": "application/json; charset=utf-8" }, "json"],
    [{ accept: "application/json;q=0, text/html" }, "html"],
    [{ accept: "application/json;q=0.5, text/html" }, "json"],
  ];
  for (const [headers, format] of cases) {
    assertEquals(formatFor(new Headers(headers)), format);
  }
});

Deno.test("a stream where Accept has exactly that", () => {
  const cases: [string, boolean][] = [
    ["text/event-stream", true],
    ["application/json, TEXT/Event-Stream; q=1", true],
    ["text/event-stream; q=0.0", false],
    ["text/event-stream-x", false],
    ["*/*", false],
  ];
  for (const [accept, wanted] of cases) {
    assertEquals(wantsEventStream(new Headers({ accept })), wanted, accept);
  }
});

Deno.test("a value is answered in the form that is wanted", () => {
  const page = () => ({
    html: "<p>a page</p>",
    policy: "default-src 'none'",
  });
  const json = respond(request({ accept: "application/json" }), [1], page, 202);
  assertEquals(json.status, 202);
  assertEquals(json.headers["content-type"], "application/json");
  assertEquals(JSON.parse(json.body as string), [1]);
  const html = respond(request({}), [1], page);
  assertEquals(html.headers["content-type"], "text/html; charset=utf-8");
  assertEquals(
    html.headers["content-security-policy"],
    "default-src 'none'",
  );
  assertEquals(html.body, "<p>a page</p>");
});

Deno.test("a refusal is problem details for programs and a page for people", () => {
  const refusal = {
    code: "bad-field",
    detail: "Say <what> & why.",
    headers: { "retry-after": "10" },
  } as const;
  for (const accept of ["application/json", "text/event-stream"]) {
    const response = refuse(request({ accept }), refusal);
    assertEquals(
      response.headers["content-type"],
      "application/problem+json",
    );
    assertEquals(response.headers["retry-after"], "10");
    assertEquals(JSON.parse(response.body as string), {
      type: "urn:sigmesh:problem:bad-field",
      title: "Bad field",
      status: 400,
      detail: "Say <what> & why.",
    });
  }
  const page = refuse(request({}), refusal);
  assertEquals(page.status, 400);
  assertStringIncludes(page.body as string, "Say &lt;what> &amp; why.");
});
