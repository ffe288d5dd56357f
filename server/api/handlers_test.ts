import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import {
  parseIpFacts,
  parseNodeFacts,
  parsePosted,
  parseProblem,
  parseRoomFacts,
  type Problem,
  problemCodeOf,
} from "@sigmesh/core/wire";
import { FakeSink, turn } from "../testing/fake_sink.ts";
import { createTestApi } from "../testing/test_api.ts";
import { EventStream } from "./exchange.ts";

const PATH = "/room/" + "ab".repeat(20);

async function open(
  { call }: Awaited<ReturnType<typeof createTestApi>>,
  path: string,
  headers: Record<string, string> = {},
): Promise<FakeSink> {
  const accept = "text/event-stream";
  const answer = await call(path, { headers: { accept, ...headers } });
  assert(answer instanceof EventStream);
  const sink = new FakeSink();
  answer.open(sink);
  await turn();
  return sink;
}

Deno.test("GET / gives a quote and what there is to know of the node", async () => {
  const { json } = await createTestApi({
    publicUrl: "https://node.example",
    contact: "ops@node.example",
  });
  const { response, body } = await json("/");
  assertEquals(response.status, 200);
  const facts = parseNodeFacts(body);
  assert(facts !== undefined);
  assertEquals(facts.name, "sigmesh");
  assertEquals(facts.protocol, 1);
  assertEquals(facts.height, 8);
  assertEquals(facts.lifetime, 120);
  assertEquals(facts.weights, {
    "room": 1,
    "dht-get": 2,
    "dht-put": 4,
    "token": 8,
  });
  assertEquals(facts.load, { cpu: 0, memory: 0 });
  assertEquals(facts.url, "https://node.example");
  assertEquals(facts.contact, "ops@node.example");
  const { key, nodes, stun, dht, terms } = facts;
  assertEquals([key, nodes, stun, dht, terms], [null, 0, [], null, null]);
});

Deno.test("GET /ip gives the address of the client", async () => {
  const { json } = await createTestApi();
  assertEquals((await json("/ip")).body, { ip: "192.0.2.1", family: 4 });
  const from = { clientAddress: "2001:db8::1" };
  assertEquals(parseIpFacts((await json("/ip", { from })).body), {
    ip: "2001:db8::1",
    family: 6,
  });
});

Deno.test("GET /nodes gives an empty list while the node is alone", async () => {
  const { json } = await createTestApi();
  assertEquals((await json("/nodes")).body, []);
});

Deno.test("GET /health tells whether the node can serve", async () => {
  const { json, close } = await createTestApi();
  assertEquals((await json("/health")).response.status, 200);
  close();
  const { response, body } = await json("/health");
  assertEquals(response.status, 503);
  assertStringIncludes(body.detail, "shutting down");
});

Deno.test("a room gives its quote, and who and what is in it", async () => {
  const api = await createTestApi();
  assertEquals(parseRoomFacts((await api.json(PATH)).body), {
    room: "ab".repeat(20),
    subscribers: 0,
    messages: 0,
    token: (await api.quoteFor(PATH)).token,
    height: 8,
  });
  await open(api, PATH);
  await api.post(PATH, "hello");
  const { body } = await api.json(PATH);
  assertEquals([body.subscribers, body.messages], [1, 1]);
});

Deno.test("a paid post is accepted, delivered and counted", async () => {
  const api = await createTestApi();
  const sink = await open(api, PATH);
  sink.takeEvents();
  const { response, body } = await api.post(PATH, " two\nlines ☎ ");
  assertEquals(response.status, 202);
  const posted = parsePosted(body);
  assert(posted !== undefined);
  assertEquals(posted.subscribers, 1);
  await turn();
  assertEquals(sink.takeEvents(), [
    `id: ${posted.id}\ndata:  two\ndata: lines ☎ `,
  ]);
});

Deno.test("the stamp may come in the query, and Authorization of another scheme does not hide it", async () => {
  const { json, pay } = await createTestApi();
  const post = async (authorization?: string) => {
    const stamp = await pay(PATH, "hello");
    const headers = authorization === undefined ? {} : { authorization };
    return (await json(`${PATH}?pow=${stamp}`, {
      method: "POST",
      body: "hello",
      headers,
    })).response.status;
  };
  assertEquals(await post(), 202);
  assertEquals(await post("Basic YTpi"), 202);
  assertEquals(await post("PoW nonsense"), 401);
});

Deno.test("an unpaid post is told in header and body what to pay", async () => {
  const { json } = await createTestApi();
  const { response, body } = await json(PATH, { method: "POST", body: "x" });
  assertEquals(response.status, 401);
  const problem = parseProblem(body);
  assertEquals(problem?.type, "urn:sigmesh:problem:stamp-missing");
  assertEquals(
    response.headers.get("www-authenticate"),
    `PoW token="${problem?.token}", height="${problem?.height}"`,
  );
});

Deno.test("posts beyond the tenth second of a room cost more", async () => {
  const { quoteFor, post, clock } = await createTestApi();
  for (let i = 0; i < 8; i++) await post(PATH, `${i}`);
  assertEquals((await quoteFor(PATH)).height, 8);
  clock.advance(10_000);
  assertEquals((await quoteFor(PATH)).height, 9);
  clock.advance(50_000);
  assertEquals((await quoteFor(PATH)).height, 8);
});

Deno.test("a post has at most 1,024 bytes, whatever length it claims", async () => {
  const { json, post } = await createTestApi();
  assertEquals((await post(PATH, "x".repeat(1024))).response.status, 202);
  const { response, body } = await json(PATH, {
    method: "POST",
    body: "x".repeat(1025),
  });
  assertEquals(response.status, 413);
  assertEquals(body.type, "urn:sigmesh:problem:body-too-large");
});

Deno.test("posts that a stream cannot carry are refused, and say where", async () => {
  const { json } = await createTestApi();
  const cases: [BodyInit, string, RegExp][] = [
    ["a\rb", "post-has-control", /Byte 1 .* CR/],
    ["ab\0", "post-has-control", /Byte 2 .* NUL/],
    [Uint8Array.of(0xc3), "post-not-utf8", /not UTF-8/],
    [Uint8Array.of(0xed, 0xa0, 0x80), "post-not-utf8", /not UTF-8/],
  ];
  for (const [body, code, detail] of cases) {
    const answer = await json(PATH, { method: "POST", body });
    assertEquals(answer.response.status, 400);
    assertEquals(answer.body.type, `urn:sigmesh:problem:${code}`);
    assertMatch(answer.body.detail, detail);
  }
});

Deno.test("a bad room is named, for reading and for posting", async () => {
  const { json } = await createTestApi();
  for (const hash of ["", "ab", "AB".repeat(20), "ab".repeat(21), "x/y"]) {
    for (const method of ["GET", "POST"]) {
      const { response, body } = await json(`/room/${hash}`, { method });
      assertEquals(response.status, 400);
      assertEquals(body.type, "urn:sigmesh:problem:bad-room");
      assertStringIncludes(body.detail, "HASH");
    }
  }
});

Deno.test("a stream has the headers that keep it a stream", async () => {
  const { call } = await createTestApi();
  const accept = "text/event-stream";
  const stream = await call(PATH, { headers: { accept } }) as EventStream;
  assertEquals(stream.headers["content-type"], "text/event-stream");
  assertEquals(stream.headers["cache-control"], "no-cache, no-transform");
  assertEquals(stream.headers["x-accel-buffering"], "no");
});

Deno.test("replay by header, by query and by time", async () => {
  const api = await createTestApi();
  const first = (await api.post(PATH, "first")).body.id;
  api.clock.advance(20_000);
  const second = (await api.post(PATH, "second")).body.id;
  const replayed = async (query: string, headers = {}) =>
    (await open(api, PATH + query, headers)).takeEvents().slice(1)
      .map((event) => event.replaceAll("\n", " "));
  const seconds = [`id: ${second} data: second`];
  const both = [`id: ${first} data: first`, ...seconds];
  assertEquals(await replayed(""), []);
  assertEquals(await replayed(`?last_event_id=${first}`), seconds);
  assertEquals(await replayed("", { "last-event-id": first }), seconds);
  assertEquals(
    await replayed("?since=60", { "last-event-id": first }),
    seconds,
  );
  assertEquals(await replayed("?since=60"), both);
  assertEquals(await replayed("?since=0.5"), seconds);
  assertEquals(await replayed("?last_event_id=unknown"), [
    ...both,
    "event: resync data: {}",
  ]);
});

Deno.test("a bad ?since= is named", async () => {
  const { json } = await createTestApi();
  for (const since of ["61", "-1", "x", "", "1e1", "NaN"]) {
    const { response, body } = await json(`${PATH}?since=${since}`, {
      headers: { accept: "text/event-stream" },
    });
    assertEquals(response.status, 400, since);
    assertStringIncludes(body.detail, "?since=");
  }
});

Deno.test("a stream over the cap is told to come back, with status 200", async () => {
  const api = await createTestApi({ maxSubscribers: 1 });
  await open(api, PATH);
  const headers = { accept: "text/event-stream" };
  const refused = await api.call(PATH, { headers }) as Response;
  assertEquals(refused.status, 200);
  assertMatch(
    await refused.text(),
    /^retry: 10000\nevent: overloaded\ndata: \{.*503.*\}\n\n$/,
  );
});

Deno.test("above 80 % of the slots a stream must be paid for, the more the fewer are left", async () => {
  const api = await createTestApi({ maxSubscribers: 20 });
  for (let i = 0; i < 16; i++) await open(api, PATH);
  const headers = { accept: "text/event-stream" };
  const ask = async (path: string) =>
    await (await api.call(path, { headers }) as Response).text();
  const owedNow = async () => {
    const [, json] = /overloaded\ndata: (.*)\n\n$/.exec(await ask(PATH))!;
    const problem = JSON.parse(json!) as Problem;
    assertEquals(problemCodeOf(problem), "stamp-missing");
    return { token: problem.token!, height: problem.height! };
  };
  const quote = await owedNow();
  assertEquals(quote.height, 8);
  const stamp = await api.pay(PATH, "", { ...quote, method: "GET" });
  await open(api, `${PATH}?pow=${stamp}`);
  assertEquals((await owedNow()).height, 9);
  assertMatch(await ask(`${PATH}?pow=${stamp}`), /stamp-(too-low|spent)/);
  assertEquals(api.rooms.subscribers, 17);
});

Deno.test("people get pages", async () => {
  const { call, pay, faults } = await createTestApi();
  const page = async (path: string, init = {}) => {
    const response = await call(path, init) as Response;
    assertStringIncludes(response.headers.get("content-type")!, "text/html");
    const html = await response.text();
    assertMatch(html, /^<!DOCTYPE html><html lang="en">.*<h1[ >]/s);
    return html;
  };
  assertStringIncludes(await page("/"), "Not announced");
  assertStringIncludes(await page("/ip"), "192.0.2.1");
  assertStringIncludes(await page("/nodes"), "no other node");
  assertStringIncludes(await page("/health"), "Healthy");
  assertStringIncludes(await page(PATH), "ab".repeat(20));
  const paid = `${PATH}?pow=${await pay(PATH, "x")}`;
  assertStringIncludes(
    await page(paid, { method: "POST", body: "x" }),
    "Posted",
  );
  assertStringIncludes(
    await page(PATH, { method: "POST", body: "x" }),
    "stamp-missing",
  );
  assertEquals(faults, []);
});
