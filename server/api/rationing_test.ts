import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { parseProblem, parseRoomHash, problemCodeOf } from "@sigmesh/core/wire";
import {
  createTestApi,
  type TestRequest,
  toResponse,
} from "../testing/test_api.ts";
import { FakeSink } from "../testing/fake_sink.ts";
import { EventStream, Held } from "./exchange.ts";

const PATH = "/room/" + "ab".repeat(20);
const JSON_PLEASE = { headers: { accept: "application/json" } };
/** Of one address at once, with the defaults. */
const BURST = 100;

type Api = Awaited<ReturnType<typeof createTestApi>>;

/** Spends what an address has for free. */
async function exhaust({ call }: Api): Promise<void> {
  for (let i = 0; i < BURST; i++) await call("/ip", JSON_PLEASE);
}

async function heldText({ call }: Api, path: string, init: TestRequest = {}) {
  const answer = await call(path, init);
  assert(answer instanceof Held, path);
  const response = toResponse(answer.reply);
  return { response, text: await response.text() };
}

Deno.test("beyond its budget an address is refused late, in the form it asked for", async () => {
  const api = await createTestApi();
  await exhaust(api);
  const json = await heldText(api, "/", JSON_PLEASE);
  assertEquals(json.response.status, 429);
  assertEquals(json.response.headers.get("retry-after"), "10");
  assertEquals(json.response.headers.get("access-control-allow-origin"), "*");
  const problem = parseProblem(JSON.parse(json.text))!;
  assertEquals(problemCodeOf(problem), "too-many-requests");
  const page = await heldText(api, "/");
  assertStringIncludes(page.text, "<!DOCTYPE html>");
  const headers = { accept: "text/event-stream" };
  const stream = await heldText(api, PATH, { headers });
  assertEquals(stream.response.status, 200);
  assertStringIncludes(stream.text, "retry: 10000\nevent: overloaded\n");
});

Deno.test("other addresses, and whoever pays, are served as before", async () => {
  const api = await createTestApi();
  const stamp = await api.pay(PATH, "x");
  await exhaust(api);
  const other = { ...JSON_PLEASE, from: { clientAddress: "192.0.2.77" } };
  assert(await api.call("/ip", other) instanceof Response);
  const paid = await api.call(`${PATH}?pow=${stamp}`, {
    method: "POST",
    body: "x",
  });
  assert(paid instanceof Response);
  assertEquals(paid.status, 202);
});

Deno.test("a refused stamp says all that is needed to pay, but late", async () => {
  const api = await createTestApi();
  await exhaust(api);
  const headers = {
    authorization: "PoW " + "A".repeat(104),
    accept: "application/json",
  };
  const { response, text } = await heldText(api, PATH, {
    ...{ method: "POST", body: "x", headers },
  });
  assertEquals(response.status, 401);
  assertEquals(parseProblem(JSON.parse(text))!.height! > 0, true);
});

Deno.test("a stamp makes nothing free that takes no stamp", async () => {
  const api = await createTestApi();
  await exhaust(api);
  const stamp = "A".repeat(104);
  await heldText(api, `/ip?pow=${stamp}`);
  await heldText(api, `/nodes?pow=${stamp}`, { method: "POST", body: "x" });
  const headers = { accept: "text/event-stream" };
  await heldText(api, `${PATH}?pow=${"A".repeat(104)}`, { headers });
});

Deno.test("pages cost more than facts", async () => {
  const api = await createTestApi();
  let pages = 0;
  while (await api.call("/") instanceof Response) pages++;
  assertEquals(pages, Math.floor(BURST / 3));
});

Deno.test("unpaid requests count as unpaid, refused ones too; posts as paid", async () => {
  const api = await createTestApi();
  const { effort } = api;
  effort.takeUnpaidShare(0);
  const stamp = await api.pay(PATH, "x"); // asks for a quote
  await api.call(`${PATH}?pow=${stamp}`, { method: "POST", body: "x" });
  const share = effort.takeUnpaidShare(0);
  assert(share > 0.4 && share < 0.5, `${share}`);
  await exhaust(api);
  await api.call("/ip", JSON_PLEASE);
  assertEquals(effort.takeUnpaidShare(0), 1);
});

const LISTEN = { headers: { accept: "text/event-stream" } };

/** Opens streams of one address each until the node has none left for free. */
async function exhaustNode({ call }: Api): Promise<Held> {
  for (let i = 0;; i++) {
    const from = { clientAddress: `198.51.100.${i}` };
    const answer = await call(PATH, { ...LISTEN, from });
    if (answer instanceof Held) return answer;
    assert(answer instanceof EventStream);
  }
}

Deno.test("a stream that was too much for the node opens while it waits, once there is room", async () => {
  const api = await createTestApi({ maxUnpaid: 10 });
  const { again } = await exhaustNode(api);
  assertEquals(again!(), undefined);
  api.clock.advance(200);
  assert(await again!() instanceof EventStream);
});

Deno.test("nothing else does, nor a stream of an address that asked for too much itself", async () => {
  const api = await createTestApi({ maxUnpaid: 10 });
  await exhaustNode(api);
  assertEquals((await api.call("/ip", JSON_PLEASE) as Held).again, undefined);
  const greedy = await createTestApi();
  await exhaust(greedy);
  const stream = await greedy.call(PATH, LISTEN) as Held;
  assertEquals(stream.again, undefined);
});

Deno.test("a stream that is refused as free can be paid for", async () => {
  const api = await createTestApi();
  await exhaust(api);
  const { text } = await heldText(api, PATH, LISTEN);
  const problem = parseProblem(JSON.parse(/^data: (.*)$/m.exec(text)![1]!))!;
  assertStringIncludes(problem.detail, "?pow=");
  const { token, height } = problem;
  const quote = { token: token!, height: height! };
  const stamp = await api.pay(PATH, "", { ...quote, method: "GET" });
  const paid = await api.call(`${PATH}?pow=${stamp}`, LISTEN);
  assert(paid instanceof EventStream);
  const spent = await api.call(`${PATH}?pow=${stamp}`, LISTEN) as Held;
  assertStringIncludes(await toResponse(spent.reply).text(), "stamp-spent");
});

Deno.test("a replay takes as much as it has to tell", async () => {
  for (const [posts, cost] of [[0, 1], [60, 2], [120, 3]]) {
    const api = await createTestApi();
    const room = parseRoomHash(PATH.slice("/room/".length))!;
    for (let i = 0; i < posts!; i++) {
      const body = new Uint8Array(1000).fill(0x61);
      api.rooms.post(room, { id: `${i}`, body, stamp: "", origin: "" });
    }
    const from = { clientAddress: "192.0.2.77" };
    const path = `${PATH}?since=60`;
    const stream = await api.call(path, { ...LISTEN, from }) as EventStream;
    stream.open(new FakeSink());
    let left = 0;
    while (!(await api.call("/ip", { ...JSON_PLEASE, from }) instanceof Held)) {
      left++;
    }
    assertEquals(BURST - left, cost);
  }
});
