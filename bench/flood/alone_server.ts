/**
 * A node that counts only its own processor time as load of its host, as if
 * flooder and payers were on other machines: here they keep the other processor
 * busy. Takes the arguments of `deno task start`.
 */

import { parseArguments } from "../../server/cli.ts";
import { readGauges } from "../../server/load/gauges.ts";
import { startNode } from "../../server/node.ts";
import { usageOf } from "../load/processes.ts";

const invocation = parseArguments(Deno.args);
if (invocation.action !== "serve") {
  throw new TypeError("alone_server takes the options of a node");
}
const node = await startNode(invocation.config, {
  readings: () => ({
    ...readGauges(),
    hostBusyMs: usageOf([Deno.pid]).cpuMs,
  }),
});
console.log(`http http://${node.host}:${node.port}`);
Deno.addSignalListener("SIGTERM", async () => {
  await node.close();
  Deno.exit(0);
});
