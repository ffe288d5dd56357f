/** The executable. The only file that reads arguments and exits. */

import { parseArguments } from "./cli.ts";
import type { Config } from "./config.ts";
import { type Node, startNode } from "./node.ts";

const invocation = parseArguments(Deno.args);
if (invocation.action === "exit") {
  await Deno.stdout.write(new TextEncoder().encode(invocation.stdout));
  await Deno.stderr.write(new TextEncoder().encode(invocation.stderr));
  Deno.exit(invocation.code);
}
const { config } = invocation;
const node = await start(config);
announce(node, config);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  Deno.addSignalListener(signal, async () => {
    console.log(`${signal}: closing`);
    await node.close();
    Deno.exit(0);
  });
}

async function start(config: Config): Promise<Node> {
  try {
    return await startNode(config);
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    console.error(
      code === "EADDRINUSE"
        ? `error: ${config.host}:${config.port} is taken; choose another --port`
        : `error: cannot start: ${message}`,
    );
    Deno.exit(1);
  }
}

function announce({ host, port }: Node, { publicUrl }: Config): void {
  const address = host.includes(":") ? `[${host}]` : host;
  const isEverywhere = host === "0.0.0.0" || host === "::";
  console.log(`http http://${address}:${port}`);
  console.log(
    publicUrl === null
      ? "not announced: no --public-url"
      : `public ${publicUrl}`,
  );
  console.log(`open http://${isEverywhere ? "localhost" : address}:${port}/`);
}
