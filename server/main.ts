/** The executable. The only file that reads arguments and exits. */

import { parseArguments } from "./cli.ts";
import type { Config } from "./config.ts";
import type { DhtConfig } from "./dht_config.ts";
import { logOf, openLog, startLog } from "./log.ts";
import type { Dht } from "./mesh/dht/dht.ts";
import { diagnose } from "./doctor/doctor.ts";
import { formatDiagnosis, formatFinding } from "./doctor/finding.ts";
import { type Node, startNode } from "./node.ts";
import { reasonNotAnnounced } from "./node_mesh.ts";
import { telemetryFault, telemetryLog } from "./telemetry.ts";

const STOP_SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

const env = Deno.env.toObject();
const invocation = parseArguments(Deno.args, env);
if (invocation.action === "exit") {
  await Deno.stdout.write(encode(invocation.stdout));
  await Deno.stderr.write(encode(invocation.stderr));
  Deno.exit(invocation.code);
}
if (invocation.action === "doctor") {
  Deno.exit(await doctor(invocation));
}
const fault = telemetryFault(env);
if (fault !== undefined) {
  await Deno.stderr.write(encode(`error: ${fault}\n`));
  Deno.exit(1);
}
const { config } = invocation;
const exported = telemetryLog(env);
const log = await openLog({
  level: config.logLevel,
  format: config.logFormat,
  out: exported ?? Deno.stdout.writable,
  isTimed: exported === undefined && !Deno.stdout.isTerminal(),
});
const node = await start(config);
announce(node, config);
for (const type of ["error", "unhandledrejection"] as const) {
  // One fault that nobody caught must not end everybody's streams.
  globalThis.addEventListener(type, (event) => {
    event.preventDefault();
    node.parts.watch.noteFault("reason" in event ? event.reason : event.error);
  });
}
for (const signal of STOP_SIGNALS) {
  Deno.addSignalListener(signal, async () => {
    logOf("node").info("{signal}: closing", { signal });
    await node.close();
    await log.close();
    Deno.exit(0);
  });
}

/** Its exit status. */
async function doctor(
  { url, json, isQuick }: { url: string; json: boolean; isQuick: boolean },
): Promise<number> {
  const diagnosis = await diagnose(url, {
    isQuick,
    onFinding: (finding) => {
      if (!json) Deno.stdout.writeSync(encode(formatFinding(finding)));
    },
  });
  if (json) Deno.stdout.writeSync(encode(formatDiagnosis(diagnosis)));
  return diagnosis.ok ? 0 : 1;
}

function encode(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text);
}

async function start(config: Config): Promise<Node> {
  try {
    return await startNode(config);
  } catch (error) {
    console.error(`error: ${reasonOf(error as Error, config)}`);
    Deno.exit(1);
  }
}

function reasonOf(
  { code, message }: Error & { code?: string },
  { host, port }: Config,
): string {
  switch (code) {
    case "EADDRINUSE":
      return `${host}:${port} is taken; choose another --port`;
    case "EACCES":
      return `port ${port} is for the system's administrator; choose another --port`;
    case "EADDRNOTAVAIL":
    case "EINVAL":
      return `${host} is no address of this machine; choose another --host`;
    default:
      return `cannot start: ${message}`;
  }
}

function announce(
  { host, port, turnEndpoints, parts: { dht, mesh } }: Node,
  config: Config,
): void {
  const { publicUrl, certificate, turn } = config;
  const scheme = certificate === null ? "http" : "https";
  const address = bracketed(host);
  const isEverywhere = host === "0.0.0.0" || host === "::";
  startLog.info(`${scheme} {url}`, { url: `${scheme}://${address}:${port}` });
  for (const { transport, address, port } of turnEndpoints) {
    const at = `${transport} ${bracketed(address)}:${port}`;
    startLog.info("turn {at}", { at });
  }
  if (dht !== null) {
    startLog.info("dht {at}", { at: describe(dht, config.dht) });
  }
  if (mesh?.hintListener) {
    const { host, port } = mesh.hintListener;
    startLog.info("hints {url}", { url: `http://${bracketed(host)}:${port}` });
  }
  const urls = turn.kind === "external" ? turn.urls : [];
  for (const url of urls) startLog.info("turn elsewhere {url}", { url });
  if (publicUrl !== null) startLog.info("public {url}", { url: publicUrl });
  const why = reasonNotAnnounced(config);
  if (why !== undefined) startLog.info("not announced: {why}", { why });
  const reachable = isEverywhere ? "localhost" : address;
  startLog.info("open {url}", { url: `${scheme}://${reachable}:${port}/` });
}

/** Joining goes on after the start, which it must not delay; the log tells how it went. */
function describe({ endpoint, isJoined }: Dht, config: DhtConfig): string {
  const routers = config.kind === "none" ? null : config.bootstrap;
  const by = routers?.map(({ host, port }) => `${host}:${port}`).join(", ");
  const whose = by === undefined ? "BitTorrent's DHT" : `by ${by}`;
  return `udp ${endpoint.address}:${endpoint.port} ` +
    `(${isJoined ? "joined" : "joining"} ${whose})`;
}

function bracketed(address: string): string {
  return address.includes(":") ? `[${address}]` : address;
}
