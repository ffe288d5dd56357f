import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { nodeAnswer, SOME_KEY } from "../../testing/node_answer.ts";
import {
  isWebPort,
  parseHintAnswer,
  parseMeshOrigin,
  parseNodeAnswer,
  parseNodeList,
} from "./answers.ts";

const ORIGIN = "https://node.example";
const encode = (text: string) => new TextEncoder().encode(text);
const STRICT = { allowPrivate: false };
const OPEN = { allowPrivate: true };

Deno.test("an origin is https, in the form of URLs, at a port of the web", () => {
  const good = [
    ORIGIN,
    "https://[2a00::1]:8443",
    "https://1.2.3.4",
    "https://a:80",
  ];
  for (const origin of good) {
    assertEquals(parseMeshOrigin(origin, STRICT), origin);
  }
  const bad = [
    ...["http://node.example", "https://node.example/", "https://NODE.example"],
    ...[
      "https://node.example:443",
      "https://a:22",
      "https://a:1023",
      "https://a:0",
    ],
    ...["https://u@node.example", "https://", "ftp://a", "wss://a", "null", ""],
    ...[`https://${"a".repeat(300)}`, "https://a b", "javascript:alert(1)"],
    ...["https://0x7f.1", "https://127.1", undefined, null, 7, {}, []],
  ];
  for (const origin of bad) {
    assertEquals(parseMeshOrigin(origin, STRICT), undefined, `${origin}`);
  }
  assertEquals(parseMeshOrigin("http://a:8000", OPEN), "http://a:8000");
});

Deno.test("ports of the web are 80, 443 and those that anybody may listen at", () => {
  const ports = [-1, 0, 22, 25, 79, 80, 81, 443, 1023, 1024, 65_535, 65_536];
  assertEquals(ports.filter(isWebPort), [80, 443, 1024, 65_535]);
  for (const port of [NaN, 1.5, Infinity]) assert(!isWebPort(port));
});

Deno.test("of a good answer key, height and time are taken", () => {
  const nowMs = 1_760_000_000_000;
  const body = encode(
    nodeAnswer({ nowMs, url: ORIGIN, future: { x: 1 } } as never),
  );
  assertEquals(parseNodeAnswer(body, ORIGIN), {
    ok: true,
    value: { key: SOME_KEY, height: 16, timeMs: nowMs },
  });
});

Deno.test("a hint names an origin", () => {
  const hint = (fields: unknown) =>
    parseHintAnswer(encode(JSON.stringify(fields)), STRICT);
  assertEquals(hint({ name: "sigmesh", url: ORIGIN }), ORIGIN);
  assertEquals(hint({ name: "other", url: ORIGIN }), undefined);
  assertEquals(
    hint({ name: "sigmesh", url: "http://node.example" }),
    undefined,
  );
  assertEquals(hint({ name: "sigmesh", url: null }), undefined);
});

Deno.test("of a list as much is read as a node may tell", () => {
  const list = Array.from({ length: 99 }, (_, i) => `https://n${i}.example`);
  const body = encode(JSON.stringify(list));
  assertEquals(parseNodeList(body, { most: 20 }), list.slice(0, 20));
  for (const bad of ["", "{}", "[1]", '"https://a"', "null"]) {
    assertEquals(parseNodeList(encode(bad), { most: 20 }), []);
  }
});

Deno.test("whatever bytes come, they are an answer or none", () => {
  const fields = fc.record({
    name: fc.constantFrom("sigmesh", "x", 1),
    protocol: fc.constantFrom(1, 2, "1"),
    url: fc.oneof(fc.constant(ORIGIN), fc.string(), fc.anything()),
    key: fc.oneof(fc.constant(SOME_KEY), fc.anything()),
    token: fc.anything(),
    height: fc.anything(),
  }, { requiredKeys: [] });
  const near = fields.map((some) => {
    const whole = JSON.parse(nodeAnswer({ nowMs: 1e12, url: ORIGIN }));
    return encode(JSON.stringify({ ...whole, ...some }) ?? "");
  });
  const bytes = fc.oneof(fc.uint8Array(), fc.json().map(encode), near);
  fc.assert(fc.property(bytes, (body) => {
    const answer = parseNodeAnswer(body, ORIGIN);
    if (answer.ok) assertEquals(answer.value.key.length, 43);
    const hint = parseHintAnswer(body, STRICT);
    if (hint !== undefined) assertEquals(new URL(hint).origin, hint);
    parseNodeList(body, { most: 20 });
  }));
});
