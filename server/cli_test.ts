import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { type Invocation, parseArguments } from "./cli.ts";
import { type Config, DEFAULT_CONFIG } from "./config.ts";
import { DEFAULT_TURN, type EmbeddedTurnConfig } from "./turn_config.ts";

function configOf(args: string, variables = {}): Config {
  const invocation = parseArguments(
    args.split(" ").filter(Boolean),
    variables,
  );
  assert(invocation.action === "serve", JSON.stringify(invocation));
  return invocation.config;
}

function exitOf(
  args: string,
  variables = {},
): Extract<Invocation, { action: "exit" }> {
  const invocation = parseArguments(args.split(" "), variables);
  assert(invocation.action === "exit", args);
  return invocation;
}

Deno.test("without options a node has the defaults", () => {
  assertEquals(configOf(""), DEFAULT_CONFIG);
  assert(Object.isFrozen(configOf("")));
});

function turn(changed: Partial<EmbeddedTurnConfig>): EmbeddedTurnConfig {
  return { ...DEFAULT_TURN, ...changed };
}

const good: [string, Partial<Config>][] = [
  ["--host ::1", { host: "::1" }],
  ["--port 0", { port: 0, isPortExplicit: true }],
  ["--port 8000", { port: 8000, isPortExplicit: true }],
  ["--public-url https://node.example/", { publicUrl: "https://node.example" }],
  ["--allowed-hosts a.lan,b.lan:81", { allowedHosts: ["a.lan", "b.lan:81"] }],
  ["--trust-proxy loopback", { trustProxy: ["loopback"] }],
  ["--contact ops@node.example", { contact: "ops@node.example" }],
  ["--terms https://node.example/terms", {
    terms: "https://node.example/terms",
  }],
  ["--max-memory 256", { maxMemoryBytes: 256 * 2 ** 20 }],
  ["--max-subscribers 5", { maxSubscribers: 5 }],
  ["--max-subscribers-per-ip 5", { maxSubscribersPerIp: 5 }],
  ["--max-unpaid 50", { maxUnpaid: 50 }],
  ["--max-unpaid-per-ip 5", { maxUnpaidPerIp: 5 }],
  ["--cert c.pem --key k.pem", {
    certificate: { cert: "c.pem", key: "k.pem" },
  }],
  ["--metrics", { metrics: true }],
  ["--log-level debug", { logLevel: "debug" }],
  ["--log-level error", { logLevel: "error" }],
  ["--log-format json", { logFormat: "json" }],
  ["--no-dht --no-mesh", { mesh: false }],
  ["--no-turn", { turn: { kind: "none" } }],
  ["--turn-port 0", { turn: turn({ port: 0, isPortExplicit: true }) }],
  ["--turn-port 3478", { turn: turn({ isPortExplicit: true }) }],
  ["--turn-relay-ports 50000-50063", {
    turn: turn({ relayPorts: { least: 50_000, most: 50_063 } }),
  }],
  ["--turn-external-ip 192.0.2.1", { turn: turn({ externalIp: "192.0.2.1" }) }],
  ["--turn-allow-private", { turn: turn({ allowPrivate: true }) }],
  ["--turn-cert c.pem --turn-key k.pem --turn-tls-port 443", {
    turn: turn({
      certificate: { cert: "c.pem", key: "k.pem" },
      tlsPort: 443,
      isTlsPortExplicit: true,
    }),
  }],
  ["--cert c.pem --key k.pem --turn-tls-port 5349", {
    certificate: { cert: "c.pem", key: "k.pem" },
    turn: turn({ isTlsPortExplicit: true }),
  }],
  [
    "--turn-url turn:a.example,turns:[2001:db8::1]:443?transport=tcp --turn-secret s",
    {
      turn: {
        kind: "external",
        urls: ["turn:a.example", "turns:[2001:db8::1]:443?transport=tcp"],
        secret: "s",
      },
    },
  ],
];

for (const [args, expected] of good) {
  Deno.test(`${args} is taken`, () => {
    assertEquals(configOf(args), { ...DEFAULT_CONFIG, ...expected });
  });
}

const bad: [string, RegExp][] = [
  ["--host localhost", /'--host <address>'.*IP address/],
  ["--port 65536", /'--port <number>'.*whole number from 0 to 65535/],
  [
    "--public-url node.example",
    /'--public-url <origin>'.*https:\/\/node.example/,
  ],
  ["--allowed-hosts a/b", /'--allowed-hosts <hosts>'.*"a\/b" is not a host/],
  [
    "--trust-proxy everybody",
    /'--trust-proxy <addresses>'.*addresses or ranges/,
  ],
  ["--difficulty /nowhere.json", /'--difficulty <file>'.*cannot read the file/],
  ["--max-memory 1", /'--max-memory <MiB>'.*from 64/],
  ["--max-subscribers 0", /'--max-subscribers <number>'.*from 1/],
  ["--max-unpaid 0", /'--max-unpaid <number>'.*from 10/],
  ["--max-unpaid-per-ip x", /'--max-unpaid-per-ip <number>'.*from 1/],
  ["--cert c.pem", /--cert needs --key/],
  ["--key k.pem", /--key needs --cert/],
  ["--max-subscribers-per-ip x", /'--max-subscribers-per-ip <number>'.*from 1/],
  ["--metrics=yes", /'--metrics'|unknown option '--metrics=yes'/],
  ["--log-level loud", /'--log-level <level>'.*debug, info, warning, error/],
  ["--log-level", /'--log-level <level>' argument missing/],
  ["--log-format xml", /'--log-format <format>'.*text, json/],
  ["--pord 1", /unknown option '--pord'\n\(Did you mean --port\?\)/],
  ["--turn-port x", /'--turn-port <number>'.*whole number from 0/],
  ["--turn-relay-ports 1-2000", /'--turn-relay-ports <range>'.*from 1024/],
  ["--turn-relay-ports 50000", /'--turn-relay-ports <range>'.*49152-49663/],
  ["--turn-relay-ports 60000-70000", /'--turn-relay-ports <range>'.*to 65535/],
  [
    "--turn-relay-ports 50000-50062",
    /'--turn-relay-ports <range>'.*at least 64/,
  ],
  [
    "--turn-relay-ports 50063-50000",
    /'--turn-relay-ports <range>'.*at least 64/,
  ],
  [
    "--turn-external-ip 0.0.0.0",
    /'--turn-external-ip <address>'.*192\.0\.2\.1/,
  ],
  [
    "--turn-external-ip node.example",
    /'--turn-external-ip <address>'.*IP address/,
  ],
  ["--turn-url turn:a.example", /--turn-url needs --turn-secret/],
  ["--turn-secret s", /--turn-secret needs --turn-url/],
  ["--turn-secret=", /'--turn-secret <text>'.*expected the server's secret/],
  [
    "--turn-url https://a.example --turn-secret s",
    /"https:\/\/a.example" is no URL of a TURN/,
  ],
  [
    "--turn-url turn:a:99999 --turn-secret s",
    /"turn:a:99999" is no URL of a TURN/,
  ],
  ["--turn-cert c.pem", /--turn-cert needs --turn-key/],
  ["--turn-key k.pem", /--turn-key needs --turn-cert/],
  ["--no-turn --turn-port 3478", /--turn-port has no effect beside --no-turn/],
  [
    "--no-turn --turn-url turn:a --turn-secret s",
    /--turn-url has no effect beside --no-turn/,
  ],
  [
    "--turn-url turn:a --turn-secret s --turn-allow-private",
    /--turn-allow-private has no effect beside --turn-url/,
  ],
  ["--turn-tls-port 443", /--turn-tls-port needs a certificate/],
  ["--cert c --key k --turn-port 443 --turn-tls-port 443", /must differ/],
  ["--data-dir x", /unknown option '--data-dir'/],
  ["--port", /'--port <number>' argument missing/],
  ["8000", /too many arguments/],
];

for (const [args, message] of bad) {
  Deno.test(`${args} is refused, with the reason`, () => {
    const { code, stdout, stderr } = exitOf(args);
    assertEquals([code, stdout], [1, ""]);
    assertMatch(stderr, message);
    assertStringIncludes(stderr, "--help");
  });
}

Deno.test("--help tells every option and its default", () => {
  const { code, stdout, stderr } = exitOf("--help");
  assertEquals([code, stderr], [0, ""]);
  for (const [args] of good) {
    for (const option of args.match(/--[a-z-]+/g)!) {
      assertStringIncludes(stdout, option);
    }
  }
  assertStringIncludes(stdout, "--public-url by SIGMESH_PUBLIC_URL");
  assertStringIncludes(stdout, "default: 8000");
});

Deno.test("--version tells the version", () => {
  assertMatch(exitOf("--version").stdout, /^\d+\.\d+\.\d+\n$/);
});

Deno.test("a variable stands for its option, the option goes before", () => {
  const variables = { SIGMESH_PORT: "1234", SIGMESH_NO_TURN: "1", HOME: "/" };
  assertEquals(configOf("", variables).port, 1234);
  assertEquals(configOf("", variables).isPortExplicit, true);
  assertEquals(configOf("--port 4321", variables).port, 4321);
});

Deno.test("every option has its variable, read in the same way", () => {
  const config = configOf("", {
    SIGMESH_PUBLIC_URL: "https://node.example/",
    SIGMESH_ALLOWED_HOSTS: "a.lan,b.lan:81",
    SIGMESH_TRUST_PROXY: "loopback",
    SIGMESH_CONTACT: "ops",
    SIGMESH_TURN_URL: "turn:a.example",
    SIGMESH_TURN_SECRET: "s",
    SIGMESH_METRICS: "1",
    SIGMESH_LOG_LEVEL: "warning",
    SIGMESH_LOG_FORMAT: "json",
  });
  assertEquals(config.publicUrl, "https://node.example");
  assertEquals(config.allowedHosts, ["a.lan", "b.lan:81"]);
  assertEquals([config.trustProxy, config.contact], [["loopback"], "ops"]);
  assertEquals(config.turn, {
    ...{ kind: "external", urls: ["turn:a.example"], secret: "s" },
  });
  const { metrics, logLevel, logFormat } = config;
  assertEquals([metrics, logLevel, logFormat], [true, "warning", "json"]);
});

Deno.test("a bad variable is refused by its name", () => {
  const cases: [string, string, string][] = [
    ["SIGMESH_PROT", "1", "unknown variable SIGMESH_PROT"],
    ["SIGMESH_DHT", "1", "unknown variable SIGMESH_DHT"],
    ["SIGMESH_NO_DHT", "0", 'SIGMESH_NO_DHT: takes 1, or is left out, got "0"'],
    ["SIGMESH_NO_MESH", "", "SIGMESH_NO_MESH: takes 1"],
    ["SIGMESH_METRICS", "yes", "SIGMESH_METRICS: takes 1, or is left out"],
    ["SIGMESH_LOG_LEVEL", "loud", "SIGMESH_LOG_LEVEL: Allowed choices are"],
    ["SIGMESH_LOG_FORMAT", "", "SIGMESH_LOG_FORMAT: Allowed choices are"],
    ["SIGMESH_TURN_PORT", "x", "SIGMESH_TURN_PORT: expected a whole number"],
    ["SIGMESH_TURN_SECRET", "s", "--turn-secret needs --turn-url"],
    ["SIGMESH_PORT", "x", "SIGMESH_PORT: expected a whole number"],
    ["SIGMESH_PUBLIC_URL", "x", "SIGMESH_PUBLIC_URL: expected an origin"],
  ];
  for (const [name, value, reason] of cases) {
    const { code, stderr } = exitOf("--port 0", { [name]: value });
    assertEquals(code, 1);
    assertStringIncludes(stderr, reason);
  }
});
