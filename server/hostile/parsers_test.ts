/** Whatever is said, nothing that reads it fails: parsers of what comes from outside. */

import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type http from "node:http";
import proxyAddr from "proxy-addr";
import {
  addressBlockOf,
  addressBlocksOf,
  familyOf,
  isAddress,
  isLoopback,
  normaliseAddress,
  withoutPort,
} from "../address.ts";
import { originOf } from "../api/host_rule.ts";
import { connectionOf, faultOfHead, toRequest } from "../api/incoming.ts";
import { formatFor, wantsEventStream } from "../api/negotiation.ts";
import { parseArguments } from "../cli.ts";
import { ConfigError, parseCount } from "../config.ts";
import { stillTurn } from "../testing/still_turn.ts";
import { createTestApi } from "../testing/test_api.ts";
import { DEFAULT_TURN } from "../turn_config.ts";

/** Text of some alphabet, so that much of it comes near to what is accepted. */
function textOf(...pieces: string[]): fc.Arbitrary<string> {
  const piece = fc.oneof(
    { arbitrary: fc.constantFrom(...pieces), weight: 5 },
    { arbitrary: fc.string({ unit: "binary", maxLength: 5 }), weight: 1 },
  );
  return fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(""));
}

const addresses = textOf(
  ...["1", "255", "256", "0x7f", "2001", "db8", "ffff", "f00", "::", ":"],
  ...[".", "%", "/", "[", "]", "[::1]:80", "::ffff:", "192.0.2.1", ", "],
);

Deno.test("every text is an address, and then has all that addresses have, or is none", () => {
  fc.assert(fc.property(addresses, (text) => {
    const bare = withoutPort(text);
    if (!isAddress(bare)) return;
    const address = normaliseAddress(bare);
    assertEquals(normaliseAddress(address), address);
    assert(isAddress(address));
    assertEquals(addressBlocksOf(address), addressBlocksOf(bare));
    assert([4, 6].includes(familyOf(address)));
    isLoopback(address);
    addressBlockOf(address);
  }));
});

/** What `node:http` reads, as far as it is looked at. */
function incoming(
  { url = "/", method = "GET", headers = {} }: {
    url?: string;
    method?: string;
    headers?: Record<string, string>;
  },
): http.IncomingMessage {
  const socket = {
    ...{ remoteAddress: "127.0.0.1", localAddress: "127.0.0.1" },
    ...{ localPort: 8000, destroyed: false },
  };
  const rawHeaders = Object.entries(headers).flat();
  return {
    ...{ url, method, headers, rawHeaders, socket, connection: socket },
    httpVersionMajor: 1,
  } as unknown as http.IncomingMessage;
}

Deno.test("whatever a trusted proxy forwards, the client has an address", () => {
  for (
    const trusted of [["loopback"], ["loopback", "192.0.2.0/24", "2000::/3"]]
  ) {
    const isTrusted = proxyAddr.compile(trusted);
    fc.assert(fc.property(addresses, addresses, (forwarded, scheme) => {
      const req = incoming({
        headers: {
          "x-forwarded-for": forwarded,
          "x-forwarded-proto": scheme,
        },
      });
      const connection = connectionOf(req, { isTrusted, isEncrypted: false });
      assert(isAddress(connection!.clientAddress));
      assertEquals(connection!.scheme, "http");
    }));
  }
});

const targets = textOf(
  ...["/", "//", "\\", "..", "%2e", "%", "%00", "?", "#", "@", ":", "*"],
  ...["room", "/room/", "ab".repeat(20), "http://", "https://", "localhost"],
  ...["?since=", "&last_event_id=", "&pow=", "60", "1e9", "=", "&", "+"],
);
const hosts = textOf(
  ...["localhost", ":8000", ":", "127.0.0.1", "[::1]", "[", "]", "0x7f.1"],
  ...["evil.example", ".", "@", "/", "?", "#", "\\", "%31", "xn--", "①", " "],
);

Deno.test("every head makes a request, or is refused", () => {
  const methods = fc.constantFrom("GET", "POST", "HEAD", "TRACE", "X");
  fc.assert(
    fc.property(targets, hosts, methods, (url, host, method) => {
      const req = incoming({ url, method, headers: { host } });
      assertEquals(faultOfHead(req), undefined);
      const request = toRequest(req, new Uint8Array());
      if (request === undefined) return;
      assert(/^https?:$/.test(new URL(request.url).protocol));
    }),
    { numRuns: 1000 },
  );
});

Deno.test("no Host but this node's own gives an origin", () => {
  const rule = { publicUrl: "https://node.example", allowedHosts: ["a.lan"] };
  const connection = connectionOf(incoming({}), {
    ...{ isTrusted: () => false, isEncrypted: false },
  })!;
  const own =
    /^(localhost|127\.\d+\.\d+\.\d+|\[::1\]|\[::ffff:7f[\da-f:]+\]):8000$|^a\.lan$|^node\.example(:443)?$/;
  const authorities = fc.oneof(
    hosts,
    fc.webAuthority({ withPort: true, withIPv4: true, withIPv6: true }),
    fc.constantFrom("node.example", "a.lan", "localhost:8000", "[::1]:8000"),
  );
  fc.assert(
    fc.property(authorities, (text) => {
      const host = URL.parse(`http://${text}`)?.host;
      if (host === undefined || host === "") return;
      const origin = originOf(host, rule, connection);
      assertEquals(origin !== undefined, own.test(host), host);
    }),
    { numRuns: 1000 },
  );
});

Deno.test("every Accept asks for something, in time that its length bounds", () => {
  const accepts = textOf(
    ...["application/json", "text/event-stream", "text/html", "*/*", ",", ";"],
    ...["q=", "0", ".0", " ", "\t", "charset=utf-8", "JSON", "/"],
  );
  const read = (accept: string) => {
    const headers = {
      get: (name: string) => name === "accept" ? accept : null,
    };
    assert(["json", "html"].includes(formatFor(headers)));
    if (wantsEventStream(headers)) {
      assert(accept.toLowerCase().includes("text/event-stream"));
    }
  };
  fc.assert(fc.property(accepts, read));
  const piece = fc.constantFrom(";", " ", ",", ";q=0", ";q=0.0", "0", ";q=0 ");
  fc.assert(
    fc.property(piece, piece, (one, other) => {
      const started = performance.now();
      read(one.repeat(8000) + other.repeat(8000) + "x");
      assert(performance.now() - started < 500, `${one} ${other}`);
    }),
    { numRuns: 49 },
  );
});

Deno.test("whatever is asked of a node, it answers, and nothing inside it fails", async () => {
  const api = await createTestApi(
    { maxUnpaidPerIp: 1e6, maxUnpaid: 1e6, turn: DEFAULT_TURN },
    { startTurn: stillTurn().start },
  );
  const queries = textOf(
    "since=",
    "last_event_id=",
    "pow=",
    "60",
    "1",
    "&",
    "A",
    "=",
    "%",
    "e",
    ".",
    "-",
  );
  const values = textOf(
    "PoW ",
    "pow",
    "A",
    ".",
    "=",
    "-",
    "json",
    "text/event-stream",
    ",",
  );
  const field = fc.oneof(fc.string(), fc.jsonValue({ maxDepth: 1 }));
  const renewals = fc.record({ renew: field, credential: field })
    .map((request) => new TextEncoder().encode(JSON.stringify(request)));
  const bodies = fc.oneof(fc.uint8Array({ maxLength: 1100 }), renewals);
  const paths = fc.oneof(
    fc.constant("/room/" + "ab".repeat(20)),
    fc.constantFrom("/", "/ip", "/nodes", "/health", "/demo/", "/client.js"),
    fc.constant("/token"),
    targets.map((target) => `/${target}`),
  );
  const methods = fc.constantFrom("GET", "POST", "HEAD", "OPTIONS", "PUT");
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        path: paths,
        query: queries,
        method: methods,
        body: bodies,
        value: values,
      }),
      async ({ path, query, method, body, value }) => {
        const usable = value.replaceAll(/[^\x20-\x7e]/g, "").trim();
        const answer = await api.call(`${path}?${query}`, {
          method,
          headers: {
            ...{ authorization: usable, accept: usable },
            "last-event-id": usable,
          },
          ...(method === "POST"
            ? { body: body as Uint8Array<ArrayBuffer> }
            : {}),
        });
        assert(answer.status < 500, `${answer.status}`);
        if (answer instanceof Response) await answer.body?.cancel();
      },
    ),
    { numRuns: 500 },
  );
  assertEquals(api.faults, []);
});

Deno.test("every count is whole and within its bounds, or refused", () => {
  const texts = textOf(
    "0",
    "1",
    "9",
    "8000",
    "-",
    "+",
    ".",
    "e",
    "0x",
    " ",
    "\n",
  );
  fc.assert(fc.property(texts, (text) => {
    try {
      const count = parseCount(text, { least: 1, most: 65535 });
      assert(Number.isInteger(count) && count >= 1 && count <= 65535);
    } catch (error) {
      assert(error instanceof ConfigError);
    }
  }));
});

Deno.test("every command line starts a node, or ends with a reason", () => {
  const words = textOf(
    ...["--", "-", "port", "host", "public-url", "allowed-hosts", "=", "8000"],
    ...["trust-proxy", "max-memory", "difficulty", "::", "https://a", "no-dht"],
    ...["turn-port", "turn-url", "turn-secret", "turn-relay-ports", "turn:a"],
    ...["turn-external-ip", "no-turn", "49152-49663", "?transport=udp", ","],
  );
  const variables = fc.dictionary(
    fc.constantFrom("SIGMESH_PORT", "SIGMESH_HOST", "SIGMESH_NO_DHT", "HOME"),
    words,
  );
  fc.assert(
    fc.property(fc.array(words, { maxLength: 4 }), variables, (args, given) => {
      const invocation = parseArguments(args, given);
      if (invocation.action === "serve") {
        assert(isAddress(invocation.config.host));
      } else if (invocation.action === "exit") {
        assert((invocation.stdout + invocation.stderr).length > 0);
      }
    }),
  );
});
