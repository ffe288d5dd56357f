import {
  assert,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertStringIncludes,
} from "@std/assert";
import { type Invocation, parseArguments } from "./cli.ts";
import { type Config, DEFAULT_CONFIG } from "./config.ts";
import { DEFAULT_DHT } from "./dht_config.ts";
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

const difficulty = new URL(
  "../bench/results/2026-11-22-epyc-2vcpu-tune/difficulty.json",
  import.meta.url,
).pathname;
const SWITCH = { good: "1", bad: "0", beside: "" };

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
  ["--no-dht --no-mesh", { dht: { kind: "none" }, mesh: false }],
  ["--dht-port 0", { dht: { ...DEFAULT_DHT, port: 0, isPortExplicit: true } }],
  ["--dht-port 6881", { dht: { ...DEFAULT_DHT, isPortExplicit: true } }],
  ["--dht-bootstrap dht.example:6881,10.0.0.5:1", {
    dht: {
      ...DEFAULT_DHT,
      bootstrap: [
        { host: "dht.example", port: 6881 },
        { host: "10.0.0.5", port: 1 },
      ],
    },
  }],
  ["--data-dir /var/lib/sigmesh", { dataDir: "/var/lib/sigmesh" }],
  ["--peers https://a.example/,https://b.example:8443", {
    peers: ["https://a.example", "https://b.example:8443"],
  }],
  ["--peers http://10.0.0.5:8000 --allow-private", {
    peers: ["http://10.0.0.5:8000"],
    allowPrivate: true,
  }],
  ["--public-url https://node.example --announce-port 0", {
    publicUrl: "https://node.example",
    announcePort: 0,
  }],
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
  ["--peers node.example", /'--peers <origins>'.*https:\/\/node.example/],
  ["--peers https://a.example,", /'--peers <origins>'.*separated by commas/],
  ["--peers https://a.example,http://b.example", /--allow-private/],
  ["--peers https://a.example --no-mesh", /--peers has no effect/],
  ["--announce-port 1", /--announce-port needs --public-url/],
  ["--cert c.pem", /--cert needs --key/],
  ["--key k.pem", /--key needs --cert/],
  ["--max-subscribers-per-ip x", /'--max-subscribers-per-ip <number>'.*from 1/],
  ["--metrics=yes", /option '--metrics' takes no value: give it alone/],
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
  ["--data-dri x", /Did you mean --data-dir/],
  ["--no-dht --dht-port 1", /--dht-port has no effect beside --no-dht/],
  ["--no-dht --dht-bootstrap a:1", /--dht-bootstrap has no effect beside/],
  ["--dht-port 65536", /whole number from 0 to 65535/],
  ["--dht-bootstrap dht.example", /"dht.example" is no node of a DHT/],
  ["--dht-bootstrap a:0", /no node of a DHT/],
  ["--dht-bootstrap ::1:6881", /no node of a DHT/],
  ["--dht-bootstrap a:1,", /separated by commas/],
  ["--datadir x", /unknown option '--datadir'/],
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

/** Of each option a value that is taken, and one that is not; switches take none. */
const values: Record<
  string,
  { good: string; bad: string; beside?: string } | "switch"
> = {
  "--host": { good: "::1", bad: "localhost" },
  "--port": { good: "0", bad: "65536" },
  "--cert": { good: "c.pem", bad: "", beside: "--key k.pem" },
  "--key": { good: "k.pem", bad: " ", beside: "--cert c.pem" },
  "--public-url": { good: "https://node.example", bad: "node.example" },
  "--allowed-hosts": { good: "a.lan,b.lan:81", bad: "a/b" },
  "--trust-proxy": { good: "loopback", bad: "everybody" },
  "--deny": { good: "192.0.2.0/24,2001:db8::1", bad: "everybody" },
  "--data-dir": { good: "/var/lib/sigmesh", bad: "" },
  "--contact": { good: "ops@node.example", bad: "" },
  "--terms": { good: "https://node.example/terms", bad: "" },
  "--difficulty": { good: difficulty, bad: "/nowhere.json" },
  "--max-memory": { good: "64", bad: "63" },
  "--max-subscribers": { good: "1", bad: "0" },
  "--max-subscribers-per-ip": { good: "1000000", bad: "1000001" },
  "--max-unpaid": { good: "10", bad: "9" },
  "--max-unpaid-per-ip": { good: "1", bad: "1.5" },
  "--metrics": "switch",
  "--log-level": { good: "warning", bad: "loud" },
  "--log-format": { good: "json", bad: "" },
  "--no-dht": "switch",
  "--dht-port": { good: "1", bad: "-1" },
  "--dht-bootstrap": { good: "dht.example:6881", bad: "dht.example" },
  "--no-mesh": "switch",
  "--peers": { good: "https://a.example", bad: "a.example" },
  "--announce-port": {
    ...{ good: "8001", bad: "x", beside: "--public-url https://node.example" },
  },
  "--allow-private": "switch",
  "--no-turn": "switch",
  "--turn-port": { good: "0", bad: "x" },
  "--turn-tls-port": {
    ...{ good: "443", bad: "1e9", beside: "--cert c.pem --key k.pem" },
  },
  "--turn-cert": { good: "c.pem", bad: "", beside: "--turn-key k.pem" },
  "--turn-key": { good: "k.pem", bad: "", beside: "--turn-cert c.pem" },
  "--turn-relay-ports": { good: "50000-50063", bad: "50000" },
  "--turn-external-ip": { good: "192.0.2.1", bad: "0.0.0.0" },
  "--turn-allow-private": "switch",
  "--turn-url": {
    ...{ good: "turn:a.example", bad: "a.example", beside: "--turn-secret s" },
  },
  "--turn-secret": { good: "s", bad: "", beside: "--turn-url turn:a.example" },
};

Deno.test("every option that --help names has a good and a bad value here", () => {
  const named = exitOf("--help").stdout.match(/(?<=^ {2})--[a-z-]+/gm)!;
  assertEquals(
    named.filter((name) => name !== "--version").toSorted(),
    Object.keys(values).toSorted(),
  );
});

for (const [name, value] of Object.entries(values)) {
  const variable = `SIGMESH_${name.slice(2).replaceAll("-", "_")}`
    .toUpperCase();
  const isSwitch = value === "switch";
  const { good, bad, beside = "" } = isSwitch ? SWITCH : value;
  Deno.test(`${name} and ${variable} mean the same`, () => {
    const given = configOf(
      `${beside} ${isSwitch ? name : `${name}=${good}`}`,
    );
    assertNotEquals(given, configOf(""));
    assertEquals(configOf(beside, { [variable]: good }), given);
  });
  Deno.test(`${name} and ${variable} are refused with "${bad}", by name`, () => {
    const args = [...beside.split(" ").filter(Boolean), `${name}=${bad}`];
    const byOption = parseArguments(args);
    const byVariable = parseArguments([], { [variable]: bad });
    for (const [refused, by] of [[byOption, name], [byVariable, variable]]) {
      assert(typeof refused === "object" && refused.action === "exit");
      assertEquals([refused.code, refused.stdout], [1, ""]);
      assertMatch(refused.stderr, new RegExp(`${by}\\b.*[a-z]{3}`));
      assertStringIncludes(refused.stderr, "--help");
    }
  });
}

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
