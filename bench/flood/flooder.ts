/** The process that floods. Its argument is JSON; it prints what came of it as JSON. */

import { ConnectionLoop } from "../load/connections.ts";
import { usageOf } from "../load/processes.ts";
import { requestsOf } from "./flood_requests.ts";
import { runFlood } from "./flooding.ts";
import { FLOODS } from "./floods.ts";

const { name, port, ms, token } = JSON.parse(Deno.args[0]!) as {
  name: string;
  port: number;
  ms: number;
  token: string;
};
const flood = FLOODS.find((flood) => flood.name === name)!;
const host = `127.0.0.1:${port}`;
const now = Math.floor(Date.now() / 1000);
const requests = requestsOf(flood.request, { host, token, now });
const loop = new ConnectionLoop();
const before = usageOf([Deno.pid]);
const counts = runFlood(loop, flood, { port, ms, requests });
const cpuMs = usageOf([Deno.pid]).cpuMs - before.cpuMs;
loop.close();
console.log(
  JSON.stringify({ ...counts, cpuShare: cpuMs / counts.seconds / 1000 }),
);
