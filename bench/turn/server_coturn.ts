/** coturn, the server that others are measured by. */

import { startPinned } from "../load/processes.ts";
import { accepting, drain, freePort, hasProgram } from "../load/server.ts";
import { newCredential, SECRET, type TurnServerKind } from "./server.ts";

export const coturn: TurnServerKind = {
  name: "coturn",
  description: `coturn ${await versionOf()}, one relay thread`,
  async missing() {
    return await hasProgram("turnserver") ? undefined : "install coturn";
  },
  async start(processor) {
    const port = freePort();
    const folder = await Deno.makeTempDir();
    const child = startPinned(processor, [
      ...["turnserver", "-n", "--no-cli", "--no-tls", "--no-dtls"],
      ...["-L", "127.0.0.1", "-E", "127.0.0.1", "-p", `${port}`],
      ...["--use-auth-secret", "--static-auth-secret", SECRET],
      ...["-r", "bench", "--allow-loopback-peers", "-m", "1"],
      ...["--db", `${folder}/db`, "--pidfile", `${folder}/pid`],
      ...["--log-file", "stdout"],
    ]);
    await accepting(port); // of TCP, on which it listens too
    drain(child);
    return {
      port,
      pid: child.pid,
      credential: newCredential(),
      async stop() {
        const code = await child.stop();
        await Deno.remove(folder, { recursive: true });
        return code;
      },
    };
  },
};

async function versionOf(): Promise<string> {
  try {
    const { stdout } = await new Deno.Command("turnserver", {
      args: ["--version"],
      stderr: "null",
    }).output();
    return new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  } catch {
    return "(missing)";
  }
}
