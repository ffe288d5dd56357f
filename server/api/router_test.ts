import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Held } from "./exchange.ts";
import { createTestApi } from "../testing/test_api.ts";

const ROOM = "/room/" + "ab".repeat(20);

Deno.test("unknown paths are not found, also those that objects have", async () => {
  const { json } = await createTestApi();
  for (
    const path of [
      "/x",
      "/constructor",
      "/__proto__",
      "/room",
      "/Nodes",
      "/nodes/",
      "//",
    ]
  ) {
    const { response, body } = await json(path);
    assertEquals(response.status, 404, path);
    assertEquals(body.type, "urn:sigmesh:problem:not-found");
  }
});

Deno.test("a method that a path does not take is told which it takes", async () => {
  const { json } = await createTestApi();
  const cases: [string, string, string][] = [
    ["/", "POST", "GET, HEAD, OPTIONS"],
    ["/client.js", "DELETE", "GET, HEAD, OPTIONS"],
    [ROOM, "PUT", "GET, HEAD, POST, OPTIONS"],
    [ROOM, "PATCH", "GET, HEAD, POST, OPTIONS"],
  ];
  for (const [path, method, allow] of cases) {
    const { response, body } = await json(path, { method });
    assertEquals(response.status, 405);
    assertEquals(response.headers.get("allow"), allow);
    assertStringIncludes(body.detail, allow);
  }
});

Deno.test("any page may call, with a preflight that is remembered", async () => {
  const { json } = await createTestApi();
  const { response } = await json(ROOM, { method: "OPTIONS" });
  assertEquals(response.status, 204);
  const cors = (name: string) => response.headers.get(`access-control-${name}`);
  assertEquals(cors("allow-origin"), "*");
  assertEquals(
    cors("allow-headers"),
    "Authorization, Content-Type, Last-Event-ID",
  );
  assertEquals(cors("allow-methods"), "GET, HEAD, POST, OPTIONS");
  assertEquals(cors("max-age"), "7200");
});

Deno.test("every answer may be read by any page", async () => {
  const { call } = await createTestApi();
  const accept = "text/event-stream";
  for (
    const answer of [
      await call("/"),
      await call("/x"),
      await call(ROOM, { method: "POST" }),
      await call(ROOM, { headers: { accept } }),
      await call("/", { origin: "http://evil.example" }),
    ]
  ) {
    assert(!(answer instanceof Held));
    const headers = new Headers(answer.headers);
    assertEquals(headers.get("access-control-allow-origin"), "*");
    assertStringIncludes(
      headers.get("access-control-expose-headers")!,
      "WWW-Authenticate",
    );
    assertEquals(headers.get("x-content-type-options"), "nosniff");
    if (answer instanceof Response) await answer.body?.cancel();
  }
});

Deno.test("a foreign Host is refused before anything else, and told how to be let in", async () => {
  const { json } = await createTestApi();
  for (const method of ["GET", "OPTIONS", "POST"]) {
    const origin = "http://evil.example";
    const { response, body } = await json("/health", { origin, method });
    assertEquals(response.status, 421);
    assertStringIncludes(body.detail, "--public-url");
    assertStringIncludes(body.detail, "--allowed-hosts evil.example");
  }
});

Deno.test("HEAD of a stream opens none", async () => {
  const { call, rooms } = await createTestApi();
  const answer = await call(ROOM, {
    method: "HEAD",
    headers: { accept: "text/event-stream" },
  });
  assertEquals(answer instanceof Response && answer.body, null);
  assertEquals(rooms.subscribers, 0);
});

Deno.test("/demo leads to /demo/", async () => {
  const { call } = await createTestApi();
  const response = await call("/demo") as Response;
  assertEquals([response.status, response.headers.get("location")], [
    308,
    "/demo/",
  ]);
});

Deno.test("what is told of a request has nothing of a client's choice but its status", async () => {
  const { call, watch, close } = await createTestApi({ metrics: true });
  const cases: [string, string, string][] = [
    ["/", "HEAD", 'endpoint="/",method="HEAD",status="200"'],
    ["/client.js", "GET", 'endpoint="/client.js",method="GET",status="200"'],
    [ROOM, "OPTIONS", 'endpoint="/room/HASH",method="OPTIONS",status="204"'],
    ["/room/x", "PUT", 'endpoint="/room/HASH",method="other",status="405"'],
    ["/x?y", "POST", 'endpoint="unknown",method="POST",status="404"'],
  ];
  for (const [path, method] of cases) {
    await (await call(path, { method }) as Response).body?.cancel();
  }
  const evil = { origin: "http://evil.example" };
  await (await call("/ip", evil) as Response).body?.cancel();
  close();
  const text = await watch.metrics.format();
  for (const [, , labels] of cases) {
    assertStringIncludes(text, `sigmesh_http_requests_total{${labels}} 1`);
  }
  assertStringIncludes(text, '{endpoint="/ip",method="GET",status="421"} 1');
});

Deno.test("a fault inside is logged, and the client learns nothing of it", async () => {
  const { json, faults, rooms } = await createTestApi();
  const fault = new Error("secret cause");
  rooms.factsOf = () => {
    throw fault;
  };
  const { response, body } = await json(ROOM);
  assertEquals(response.status, 500);
  assertEquals(JSON.stringify(body).includes("secret"), false);
  assertEquals(faults, [fault]);
});
