/** The machine that measures: one processor for the server, one for the rest. */

import os from "node:os";
import { libcMissing } from "./libc.ts";
import { pinThisProcess } from "./processes.ts";

/** Processors by use. */
export interface Processors {
  readonly serverProcessor: number;
  readonly generatorProcessor: number;
}

/** Ties this process to its processor. Ends it, saying why, where it cannot measure. */
export async function prepareMachine(): Promise<Processors> {
  const missing = libcMissing() ??
    (os.cpus().length < 2
      ? "This needs two processors, one for the server and one for the rest."
      : undefined);
  if (missing !== undefined) {
    console.error(missing);
    Deno.exit(1);
  }
  const processors = { serverProcessor: 0, generatorProcessor: 1 };
  await pinThisProcess(processors.generatorProcessor);
  return processors;
}

/** For reports. */
export function describeMachine(): string {
  return `${os.cpus()[0]?.model ?? "unknown"}, ${os.cpus().length} ` +
    `processors, ${os.type()} ${os.release()}, Deno ${Deno.version.deno}`;
}
