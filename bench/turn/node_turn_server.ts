/** npm node-turn under Deno; its argument is a JSON object of port, username and credential. */

import Turn from "node-turn";

const { port, username, credential } = JSON.parse(Deno.args[0]!);
const server = new Turn({
  listeningPort: port,
  listeningIps: ["127.0.0.1"],
  relayIps: ["127.0.0.1"],
  authMech: "long-term",
  realm: "bench",
  credentials: { [username]: credential },
  debugLevel: "OFF",
});
server.start();
console.log("started");
Deno.addSignalListener("SIGTERM", () => Deno.exit(0));
