/** This project's TURN server, in its worker. */

import { drain } from "../load/server.ts";
import { type Child, lineOf, startPinned } from "../load/processes.ts";
import { VERSION } from "../../server/version.ts";
import { newCredential, type TurnServerKind } from "./server.ts";

/** What `own_server.ts` runs. */
export type OwnServer = "turn" | "node-worker" | "node-thread";

/** Ports that it said; `httpPort` when there is a node. */
export interface OwnPorts {
  readonly port: number;
  readonly httpPort?: number;
}

/** Starts it, on those processors. */
export async function startOwn(
  what: OwnServer,
  processors: readonly number[],
): Promise<{ child: Child; ports: OwnPorts }> {
  const entry = new URL("own_server.ts", import.meta.url).href;
  const child = startPinned(processors[0]!, [
    ...["taskset", "-c", processors.join()],
    Deno.execPath(),
    // As the task that starts a node does.
    ...["run", "--v8-flags=--max-semi-space-size=4", "--no-check", "-A"],
    ...[entry, what],
  ]);
  const [line] = await lineOf(child, /^\{.*\}$/);
  drain(child);
  return { child, ports: JSON.parse(line) };
}

export const own: TurnServerKind = {
  name: "sigmesh",
  description: `sigmesh ${VERSION} on Deno ${Deno.version.deno}, in its worker`,
  missing: () => Promise.resolve(undefined),
  async start(processor) {
    const { child, ports: { port } } = await startOwn("turn", [processor]);
    const { pid, stop } = child;
    return { port, pid, stop, credential: newCredential() };
  },
};
