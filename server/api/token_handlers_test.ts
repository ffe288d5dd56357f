import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
} from "@std/assert";
import { heightOf, workOf } from "@sigmesh/core";
import {
  parseProblem,
  parseTurnGrant,
  problemCodeOf,
} from "@sigmesh/core/wire";
import type { Config } from "../config.ts";
import { stillTurn } from "../testing/still_turn.ts";
import { createTestApi } from "../testing/test_api.ts";
import { TRIVIAL_CURVE } from "../testing/test_node.ts";
import { turn as nextTurn } from "../testing/fake_sink.ts";
import {
  credentialOf,
  expiryOf,
  type TurnCredential,
} from "../turn/credential.ts";
import { DEFAULT_TURN } from "../turn_config.ts";

const PATH = "/token";
const EXTERNAL = {
  kind: "external",
  urls: ["turn:turn.example:3478?transport=udp", "turns:turn.example:443"],
  secret: "shared",
} as const;

/** A body that asks for a credential to live on. */
function renewalOf({ username, credential }: TurnCredential): string {
  return JSON.stringify({ renew: username, credential });
}

async function createTurnApi(config: Partial<Config> = {}) {
  const { start, servers } = stillTurn();
  const api = await createTestApi(
    { turn: DEFAULT_TURN, ...config },
    { startTurn: start },
  );
  async function buy(body = "") {
    const bought = await api.post(PATH, body);
    const grant = parseTurnGrant(bought.body);
    assertEquals([bought.response.status, grant !== undefined], [200, true]);
    return grant!;
  }
  /** Posts without a stamp: what is wrong with the body is said before payment. */
  async function refusalOf(body: BodyInit) {
    const answer = await api.json(PATH, { method: "POST", body });
    return [answer.response.status, problemCodeOf(answer.body)];
  }
  return { ...api, servers, buy, refusalOf };
}

function unixSeconds({ clock }: { clock: { now(): number } }): number {
  return Math.floor(clock.now() / 1000);
}

Deno.test("a paid request gets an RTCIceServer, good for ten minutes", async () => {
  const api = await createTurnApi();
  const { username, credential, ttl, urls, height } = await api.buy();
  const { secret } = api.servers[0]!.options;
  assertEquals(expiryOf(username), unixSeconds(api) + 600);
  assertEquals(credential, credentialOf(secret, username));
  assertEquals(ttl, 600);
  assertEquals(urls, [
    "turn:localhost:3478?transport=udp",
    "turn:localhost:3478?transport=tcp",
  ]);
  assertEquals(height, heightOf(8 * TRIVIAL_CURVE.idleWork));
  assertEquals(api.faults, []);
});

Deno.test("the URLs name the public origin, whatever was dialled", async () => {
  const api = await createTurnApi({ publicUrl: "https://[2001:db8::1]:444" });
  assertEquals(
    (await api.buy()).urls[0],
    "turn:[2001:db8::1]:3478?transport=udp",
  );
  assertEquals((await api.json("/")).body.stun, ["stun:[2001:db8::1]:3478"]);
});

Deno.test("an unpaid request is told what to pay: eight times the price of a post", async () => {
  const { json } = await createTurnApi();
  const { response, body } = await json(PATH, { method: "POST" });
  assertEquals(response.status, 401);
  assertEquals(parseProblem(body)?.height, 11);
  assertMatch(response.headers.get("www-authenticate")!, /height="11"/);
});

Deno.test("a stamp buys once", async () => {
  const { json, pay } = await createTurnApi();
  const stamp = await pay(PATH, "");
  const post = () => json(`${PATH}?pow=${stamp}`, { method: "POST" });
  assertEquals((await post()).response.status, 200);
  const again = await post();
  assertEquals(problemCodeOf(again.body), "stamp-spent");
});

Deno.test("a renewal keeps the username, and the server is told its new end", async () => {
  const api = await createTurnApi();
  const first = await api.buy();
  api.clock.advance(300_000);
  const renewed = await api.buy(renewalOf(first));
  assertEquals([renewed.username, renewed.credential, renewed.ttl], [
    ...[first.username, first.credential, 600],
  ]);
  assertEquals(api.servers[0]!.renewed, [
    [first.username, unixSeconds(api) + 600],
  ]);
});

Deno.test("a credential that has expired, or is none, is not renewed and costs nothing", async () => {
  const api = await createTurnApi();
  const bought = await api.buy();
  const { credential } = bought;
  const refusalOf = (renew: unknown) =>
    api.refusalOf(JSON.stringify({ renew, credential }));
  const future = unixSeconds(api) + 601;
  assertEquals(await refusalOf("somebody"), [400, "bad-field"]);
  assertEquals(await refusalOf(1), [400, "bad-field"]);
  assertEquals(await refusalOf(null), [400, "bad-field"]);
  assertEquals(
    await refusalOf(`${future}:AAECAwQFBgcICQoL`),
    [400, "bad-field"],
  );
  api.clock.advance(600_000);
  assertEquals(await api.refusalOf(renewalOf(bought)), [
    410,
    "credential-expired",
  ]);
  assertEquals(api.servers[0]!.renewed, []);
});

Deno.test("who saw a username and has not its password cannot renew it, nor learn of it", async () => {
  const api = await createTurnApi();
  const [{ username }, { credential }] = [await api.buy(), await api.buy()];
  const madeUp = `${unixSeconds(api) + 600}:AAECAwQFBgcICQoL`;
  const ask = async (body: unknown) =>
    (await api.json(PATH, { method: "POST", body: JSON.stringify(body) })).body;
  const seen = await ask({ renew: username, credential });
  assertEquals(problemCodeOf(seen), "bad-field");
  assertMatch(seen.detail, /"credential": password/);
  assertEquals(await ask({ renew: username }), seen);
  assertEquals(await ask({ renew: madeUp, credential }), seen);
  api.clock.advance(600_000);
  assertEquals(await ask({ renew: username, credential }), seen);
  assertEquals(api.servers[0]!.renewed, []);
});

Deno.test("a body that cannot be read is named before it is paid for", async () => {
  const { refusalOf } = await createTurnApi();
  for (const body of ["{", " ", "x", Uint8Array.of(0x22, 0xff, 0x22)]) {
    assertEquals(await refusalOf(body), [400, "bad-json"], `${body}`);
  }
  for (const body of ["[]", "1", "null", '"x"', '{"renew":{}}']) {
    assertEquals(await refusalOf(body), [400, "bad-field"], body);
  }
  const deep = "[".repeat(512) + "]".repeat(512);
  assertEquals(await refusalOf(deep), [400, "bad-field"]);
  assertEquals(await refusalOf("x".repeat(1025)), [413, "body-too-large"]);
  assertEquals(await refusalOf('{"unknown":"today"}'), [401, "stamp-missing"]);
});

Deno.test("a node without TURN says so and what to do, and has no STUN", async () => {
  const api = await createTurnApi({ turn: { kind: "none" } });
  const { response, body } = await api.json(PATH, { method: "POST" });
  assertEquals([response.status, problemCodeOf(body)], [404, "no-turn"]);
  assertMatch(body.detail, /another node/);
  assertEquals((await api.json("/")).body.stun, []);
});

Deno.test("while the server is being started again nothing is sold", async () => {
  const api = await createTurnApi();
  api.servers[0]!.die("a fault of this test");
  await nextTurn();
  const { response, body } = await api.json(PATH, { method: "POST" });
  assertEquals([response.status, problemCodeOf(body)], [
    503,
    "turn-unavailable",
  ]);
  assertEquals(response.headers.get("retry-after"), "10");
  assertEquals(api.faults.splice(0), ["a fault of this test"]);
  api.clock.advance(3000);
  await nextTurn();
  await api.buy();
});

Deno.test("another server's credentials are signed with its secret, and a renewal is a new one", async () => {
  const api = await createTurnApi({ turn: EXTERNAL });
  const first = await api.buy();
  assertEquals(first.urls, EXTERNAL.urls);
  assertEquals(first.credential, credentialOf("shared", first.username));
  api.clock.advance(700_000);
  const second = await api.buy(renewalOf(first));
  assertNotEquals(second.username, first.username);
  assertEquals(expiryOf(second.username), unixSeconds(api) + 600);
  assertEquals((await api.json("/")).body.stun, ["stun:turn.example:3478"]);
  assertEquals(api.servers, []);
});

Deno.test("the fuller the server, the dearer its credentials, but not for who was quoted before", async () => {
  const api = await createTurnApi();
  const before = await api.quoteFor(PATH);
  const [server] = api.servers;
  server!.totals = { ...server!.totals, firmAllocations: 250 };
  api.clock.advance(1000);
  const { idleWork, fullWork } = TRIVIAL_CURVE;
  const halfFull = 8 * (idleWork + fullWork) / 2;
  const quoted = await api.quoteFor(PATH);
  assert(Math.abs(workOf(quoted.height) / halfFull - 1) < 0.01);
  assertEquals((await api.quoteFor("/room/" + "ab".repeat(20))).height, 8);
  const stamp = await api.pay(PATH, "", before);
  const paid = await api.json(`${PATH}?pow=${stamp}`, { method: "POST" });
  assertEquals(paid.response.status, 200);
  api.clock.advance(10_000);
  const late = await api.pay(PATH, "", before);
  const refused = await api.json(`${PATH}?pow=${late}`, { method: "POST" });
  assertEquals(problemCodeOf(refused.body), "stamp-too-low");
});

Deno.test("GET /token is a page for people, with a form that pays; programs are told to post", async () => {
  const { call, json } = await createTurnApi();
  const page = await call(PATH) as Response;
  assertEquals(page.status, 200);
  const html = await page.text();
  assertMatch(html, /<form id="pay-form" hidden>/);
  assertMatch(html, /turn:localhost:3478\?transport=udp/);
  assertMatch(html, /src="\/pages\/token\.js"/);
  const { response, body } = await json(PATH);
  assertEquals([response.status, response.headers.get("allow")], [
    ...[405, "POST, OPTIONS"],
  ]);
  assertEquals(problemCodeOf(body), "method-not-allowed");
});

Deno.test("on a node without TURN the page has no form", async () => {
  const { call } = await createTurnApi({ turn: { kind: "none" } });
  const html = await (await call(PATH) as Response).text();
  assertMatch(html, /This node has no TURN/);
  assert(!html.includes("<form"));
});

Deno.test("the page says what a renewal gives: a longer life, or elsewhere another credential, and nothing without TURN", async () => {
  const effectsOf = async (turn: Config["turn"]) => {
    const { call } = await createTurnApi({ turn });
    const html = await (await call(PATH) as Response).text();
    return html.match(/While a call lasts|Gives another credential/g);
  };
  assertEquals(await effectsOf(DEFAULT_TURN), ["While a call lasts"]);
  assertEquals(await effectsOf(EXTERNAL), ["Gives another credential"]);
  assertEquals(await effectsOf({ kind: "none" }), null);
});

Deno.test("a form that posts gets a page with the credential", async () => {
  const { call, pay } = await createTurnApi();
  const stamp = await pay(PATH, "");
  const page = await call(`${PATH}?pow=${stamp}`, { method: "POST" });
  assertMatch(await (page as Response).text(), /Username<\/dt>.*\d{10}:/);
});

Deno.test("whoever pays is served when what is free is used up", async () => {
  const api = await createTurnApi({ maxUnpaidPerIp: 1 });
  const stamp = await api.pay(PATH, "");
  const isFree = async () => await api.call("/ip") instanceof Response;
  for (let asked = 0; await isFree(); asked++) assert(asked < 10);
  const paid = await api.json(`${PATH}?pow=${stamp}`, { method: "POST" });
  assertEquals(paid.response.status, 200);
});
