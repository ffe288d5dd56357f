/**
 * A node with many streams is stopped: how soon clients of the library are on
 * another. Nodes are started as operators do, with the defaults. Clients of the
 * library come as through a proxy on this machine, each from an address of its
 * own; so many would keep one machine busy that most streams are held by readers
 * that ask for the same and cost little.
 * Run: `deno task bench:shutdown`; `--help` lists options.
 */

import { DEFAULT_CURVE } from "@sigmesh/core";
import { NodeClient } from "@sigmesh/client";
import { Command } from "commander";
import { setTimeout as delay } from "node:timers/promises";
import {
  type NodeProcess,
  startNodeProcess,
} from "../server/testing/node_process.ts";
import { freePort } from "../server/testing/test_mesh.ts";
import { describeMachine } from "./load/machine.ts";
import { amount } from "./load/options.ts";
import { type Child, lineOf, startPinned } from "./load/processes.ts";
import { formatNumber, percentile } from "./load/statistics.ts";
import { Crowd } from "./shutdown/crowd.ts";

const LIMIT_MS = 60_000;

const options = new Command("bench:shutdown")
  .description("Stops a node with many streams and times its clients' move.")
  .option("--streams <number>", "on the node that is stopped", amount, 10_000)
  .option("--clients <number>", "of them of the library", amount, 2000)
  .option("--others <number>", "nodes that they can go to", amount, 1)
  .option("--options <words>", "further options of all nodes", "")
  .option("--json <file>", "write the raw numbers there")
  .parse(Deno.args, { from: "user" })
  .opts<{
    readonly streams: number;
    readonly clients: number;
    readonly others: number;
    readonly options: string;
    readonly json?: string;
  }>();

const ports = Array.from({ length: options.others + 1 }, freePort);
const [first, ...others] = await Promise.all(ports.map(startMember));
while (await membersOf(first!) < options.others) await delay(200);
const readers = startReaders(options.streams - options.clients);
const crowd = new Crowd();
await Promise.all([
  lineOf(readers, /^open$/),
  crowd.open(options.clients, first!.origin),
]);
const startedAt = performance.now();
const moving = crowd.move(first!.origin, LIMIT_MS);
await first!.stop();
const exitMs = performance.now() - startedAt;
const moves = await moving;
const [line] = await lineOf(readers, /^\{.*\}$/);
const { movedAt, refused } = JSON.parse(line) as {
  movedAt: number[];
  refused: number;
};
const readersAfter = movedAt.map((at) =>
  at - performance.timeOrigin - startedAt
);
const figures = {
  "seconds to the process's end": exitMs / 1000,
  "clients elsewhere": moves.length,
  "of them by a stamp": crowd.paidStreams,
  ...spread("elsewhere after", moves.map((move) => move.elsewhereAfterMs)),
  ...spread("without a stream", moves.map((move) => move.withoutStreamMs)),
  "readers elsewhere": movedAt.length,
  "refused meanwhile": refused,
  ...spread("readers elsewhere after", readersAfter),
};
const machine = describeMachine();
console.log(`${machine}\n${JSON.stringify(options)}`);
for (const [name, value] of Object.entries(figures)) {
  console.log(`${name.padEnd(42)}${formatNumber(value).padStart(10)}`);
}
if (options.json !== undefined) {
  const report = { version: 1, kind: "shutdown", machine, options, figures };
  await Deno.writeTextFile(options.json, JSON.stringify(report, null, 2));
}
crowd.close();
await readers.stop();
await Promise.all(others.map((node) => node.stop()));
Deno.exit(0); // fetch keeps connections that nobody needs

/** A node as its operator starts it, but on loopback, without DHT and TURN. */
function startMember(port: number): Promise<NodeProcess> {
  const origins = ports.map((port) => `http://127.0.0.1:${port}`);
  const words = `--host 127.0.0.1 --port ${port} --no-dht --no-turn ` +
    `--public-url http://127.0.0.1:${port} --allow-private ` +
    `--peers ${origins.join(",")} --trust-proxy 127.0.0.1 ${options.options}`;
  return startNodeProcess(DEFAULT_CURVE, {
    options: words.trim().split(/ +/),
  });
}

async function membersOf({ origin }: NodeProcess): Promise<number> {
  return (await new NodeClient(origin).nodes()).length;
}

function startReaders(count: number): Child {
  const [from, ...to] = ports;
  const entry = new URL("shutdown/readers.ts", import.meta.url).href;
  const argument = JSON.stringify({ count, from, to });
  return startPinned("any", [
    Deno.execPath(),
    ...["run", "--no-check", "-A", entry, argument],
  ]);
}

function spread(name: string, values: number[]): Record<string, number> {
  const at = (share: number) => percentile(values, share) / 1000;
  return {
    [`${name}, seconds, median`]: at(0.5),
    [`${name}, seconds, p99`]: at(0.99),
    [`${name}, seconds, most`]: at(1),
  };
}
