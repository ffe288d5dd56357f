import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { parseToken } from "./token.ts";
import * as wire from "./wire.ts";

Deno.test("a room is named by 40 or 64 lower-case hex digits", () => {
  for (const good of ["0".repeat(40), "abcdef0123".repeat(4), "f".repeat(64)]) {
    assertEquals(wire.parseRoomHash(good) as string | undefined, good);
  }
  for (
    const bad of [
      "",
      "a".repeat(39),
      "a".repeat(41),
      "A".repeat(40),
      "g".repeat(40),
      "a".repeat(40) + "\n",
      "é".repeat(40),
      "a".repeat(63),
    ]
  ) {
    assertEquals(wire.parseRoomHash(bad), undefined, JSON.stringify(bad));
  }
});

Deno.test("the challenge header carries token and height", () => {
  assertEquals(
    wire.formatPowChallenge({ token: "AW", height: 17.25 }),
    'PoW token="AW", height="17.25"',
  );
});

const TOKEN = "AWjneAARQJZQBnfoxNAMaZWxLLvUxoE";

const parsers = {
  quote: wire.parseQuote,
  node: wire.parseNodeFacts,
  ip: wire.parseIpFacts,
  nodes: wire.parseNodes,
  room: wire.parseRoomFacts,
  posted: wire.parsePosted,
  "turn request": wire.parseTurnRequest,
  "turn grant": wire.parseTurnGrant,
  problem: wire.parseProblem,
};

Deno.test("no JSON makes a parser throw", () => {
  fc.assert(fc.property(fc.jsonValue(), (value) => {
    for (const parse of Object.values(parsers)) parse(value);
  }));
});

const samples: { [name in keyof typeof parsers]: unknown } = {
  quote: { token: TOKEN, height: 16.5 },
  node: {
    name: "sigmesh",
    version: "0.1.0",
    protocol: 1,
    token: TOKEN,
    height: 16,
    lifetime: 120,
    weights: { room: 1 },
    limits: { postBytes: 1024 },
    load: { cpu: 0.25, memory: 0 },
    url: null,
    key: null,
    nodes: 0,
    stun: [],
    dht: { port: 6881, contacts: 20 },
    contact: null,
    terms: "https://node.example/terms",
  },
  ip: { ip: "::1", family: 6 },
  nodes: ["https://node.example"],
  room: { room: "ab", subscribers: 2, messages: 1, token: TOKEN, height: 16 },
  posted: { id: "W8Du", subscribers: 2, token: TOKEN, height: 16 },
  "turn request": {
    renew: "1760000600:AAECAwQFBgcICQoL",
    credential: "htVVrzHbFrrMVV3uApSgMN5SpYY=",
  },
  "turn grant": {
    urls: [
      "turn:node.example:3478?transport=udp",
      "turns:[2001:db8::1]:5349?transport=tcp",
    ],
    username: "1760000600:AAECAwQFBgcICQoL",
    credential: "htVVrzHbFrrMVV3uApSgMN5SpYY=",
    ttl: 600,
    token: TOKEN,
    height: 19,
  },
  problem: {
    type: "urn:sigmesh:problem:stamp-mismatch",
    title: "t",
    status: 401,
    detail: "d",
    expected: { method: "POST", url: "http://localhost", bodyHash: "x" },
  },
};

for (const [name, sample] of Object.entries(samples)) {
  const parse = parsers[name as keyof typeof parsers];
  Deno.test(`${name} is read, also with fields unknown today`, () => {
    assertEquals<unknown>(parse(sample), sample);
    if (Array.isArray(sample)) return;
    assert(parse({ ...sample as object, added: "later" }) !== undefined);
  });

  Deno.test(`${name} is refused when a field has another type`, () => {
    assertEquals(parse(null), undefined);
    assertEquals(parse("text"), undefined);
    if (Array.isArray(sample)) return assertEquals(parse([1]), undefined);
    for (const field of Object.keys(sample as object)) {
      const changed = { ...sample as object, [field]: [Symbol] };
      assertEquals<unknown>(parse(changed), undefined, field);
    }
  });
}

Deno.test("a TURN request has both of a credential to renew, or neither", () => {
  const { renew, credential } = samples["turn request"] as wire.TurnRequest;
  assertEquals(wire.parseTurnRequest({ renew }), undefined);
  assertEquals(wire.parseTurnRequest({ credential }), undefined);
  assertEquals(wire.parseTurnRequest({}), {});
});

Deno.test("a STUN URL that no RTCPeerConnection takes is refused", () => {
  const node = samples.node as object;
  const read = (url: string) =>
    wire.parseNodeFacts({ ...node, stun: [url] })?.stun;
  assertEquals(read("stun:node.example:3478"), ["stun:node.example:3478"]);
  for (
    const url of ["", "turn:node.example", "stun:", "stun:a?transport=udp"]
  ) {
    assertEquals(read(url), undefined, url);
  }
});

Deno.test("a TURN URL that no RTCPeerConnection takes is refused", () => {
  const grant = samples["turn grant"] as object;
  for (
    const url of [
      "",
      "stun:node.example:3478",
      "https://node.example",
      "turn:",
      "turn://node.example",
      "turn:user@node.example",
      "turn:node.example?transport=sctp",
      "turn:node.example?transport=udp&x",
      "turn:node.example#x",
      " turn:node.example",
      "javascript:turn:x",
    ]
  ) {
    assertEquals(
      wire.parseTurnGrant({ ...grant, urls: [url] }),
      undefined,
      url,
    );
  }
});

Deno.test("a token that is none is refused before anybody mines for it", () => {
  assertEquals(
    wire.parseQuote({ token: "not a token", height: 16 }),
    undefined,
  );
  const problem = samples.problem as object;
  assertEquals(wire.parseProblem({ ...problem, token: "AW" }), undefined);
});

Deno.test("a problem's code comes back from its type", () => {
  const problem = samples.problem as wire.Problem;
  assertEquals(wire.problemCodeOf(problem), "stamp-mismatch");
  assertEquals(
    wire.problemCodeOf({ ...problem, type: "about:blank" }),
    "about:blank",
  );
  assertEquals(
    wire.problemType("stamp-spent"),
    "urn:sigmesh:problem:stamp-spent",
  );
});

/** Fields that say more than that a value is of the right type. */
const promises: Record<string, (value: never) => boolean> = {
  token: (token: string) => parseToken(token).ok,
  height: (height: number) => height >= 0 && height < 256,
  owed: (owed: number) => owed >= 0 && owed < 256,
  family: (family: number) => family === 4 || family === 6,
  ...Object.fromEntries(
    ["subscribers", "messages", "protocol", "lifetime", "nodes", "status"]
      .map((name) => [name, (n: number) => Number.isSafeInteger(n) && n >= 0]),
  ),
  load: ({ cpu, memory }: { cpu: number; memory: number }) =>
    cpu >= 0 && cpu <= 1 && memory >= 0 && memory <= 1,
};

for (const [name, sample] of Object.entries(samples)) {
  if (Array.isArray(sample)) continue;
  const fields = sample as Record<string, unknown>;
  const parse = parsers[name as keyof typeof parsers];

  Deno.test(`${name} is read with any field changed only where it still is what it promises`, () => {
    const near = fc.oneof(
      fc.jsonValue(),
      fc.constantFrom(...[-1, 0.5, 2 ** 53, 256, "", TOKEN, null, [], {}]),
    );
    const changed = fc.tuple(fc.constantFrom(...Object.keys(fields)), near);
    fc.assert(
      fc.property(changed, ([field, value]) => {
        const read = parse({ ...fields, [field]: value });
        if (read === undefined) return;
        const before = fields[field];
        const isSameType = typeof value === typeof before || value === null ||
          before === null;
        assert(isSameType && Array.isArray(value) === Array.isArray(before));
        assert(promises[field]?.(value as never) ?? true);
      }),
      { numRuns: 300 },
    );
  });
}
