/** A TURN server as a node runs it, in a worker and on the system's clock, for foreign clients. */

import { assertEquals } from "@std/assert";
import type { TurnLimits } from "../limits.ts";
import { issueCredential, type TurnCredential } from "../turn/credential.ts";
import type { TurnEndpoint, TurnServer } from "../turn/turn_server.ts";
import { startTurnWorker } from "../turn/turn_thread.ts";
import { writeCertificate } from "./certificates.ts";
import { TURN_OPTIONS } from "./test_turn.ts";

const CREDENTIAL_SECONDS = 3600;

/** One that serves UDP, TCP and TLS on 127.0.0.1. */
export interface WorkerTurn {
  readonly server: TurnServer;
  portOf(transport: TurnEndpoint["transport"]): number;
  credential(): TurnCredential;
}

/** Runs with a server, which must not have failed inside. */
export async function withWorkerTurn(
  run: (turn: WorkerTurn) => Promise<void>,
  limits: Partial<TurnLimits> = {},
): Promise<void> {
  const faults: unknown[] = [];
  const certificate = await newCertificate();
  const server = await startTurnWorker({ ...TURN_OPTIONS, certificate }, {
    limits,
    onFault: (fault) => faults.push(fault),
  });
  try {
    await run({
      server,
      portOf: (transport) =>
        server.endpoints.find((at) => at.transport === transport)!.port,
      credential() {
        const expiresAt = Math.floor(Date.now() / 1000) + CREDENTIAL_SECONDS;
        return issueCredential(TURN_OPTIONS.secret, { expiresAt });
      },
    });
    assertEquals(faults, []);
  } finally {
    await server.close();
  }
}

async function newCertificate() {
  const folder = await Deno.makeTempDir();
  try {
    const [cert, key] = [`${folder}/cert.pem`, `${folder}/key.pem`];
    await writeCertificate({ cert, key });
    return {
      cert: await Deno.readTextFile(cert),
      key: await Deno.readTextFile(key),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
