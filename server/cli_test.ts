import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { type Invocation, parseArguments } from "./cli.ts";
import { type Config, DEFAULT_CONFIG } from "./config.ts";

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
  ["--no-dht --no-mesh --no-turn", {}],
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
  ["--turn-port 3478", /unknown option '--turn-port'/],
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
    SIGMESH_METRICS: "1",
    SIGMESH_LOG_LEVEL: "warning",
    SIGMESH_LOG_FORMAT: "json",
  });
  assertEquals(config.publicUrl, "https://node.example");
  assertEquals(config.allowedHosts, ["a.lan", "b.lan:81"]);
  assertEquals([config.trustProxy, config.contact], [["loopback"], "ops"]);
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
    ["SIGMESH_PORT", "x", "SIGMESH_PORT: expected a whole number"],
    ["SIGMESH_PUBLIC_URL", "x", "SIGMESH_PUBLIC_URL: expected an origin"],
  ];
  for (const [name, value, reason] of cases) {
    const { code, stderr } = exitOf("--port 0", { [name]: value });
    assertEquals(code, 1);
    assertStringIncludes(stderr, reason);
  }
});
