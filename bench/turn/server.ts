/** A TURN server under test, as the generator sees it. */

import {
  issueCredential,
  type TurnCredential,
} from "../../server/turn/credential.ts";
import type { TurnAccess } from "./session.ts";

/** One that runs; on 127.0.0.1, loopback peers allowed, without bounds on rate. */
export interface TurnServerUnderTest extends TurnAccess {
  /** Its process. */
  readonly pid: number;
  stop(): Promise<number>;
}

/** One that can be started. */
export interface TurnServerKind {
  readonly name: string;
  /** What it is, with its version, for the report. */
  readonly description: string;
  /** What to install where it cannot be run; undefined when it can. */
  missing(): Promise<string | undefined>;
  /** Starts it on a processor of its own. */
  start(processor: number): Promise<TurnServerUnderTest>;
}

/** Shared with every server; nothing of it is reached from outside. */
export const SECRET = "bench";

const CREDENTIAL_SECONDS = 3600;

/** Of the TURN REST form, good for an hour. */
export function newCredential(): TurnCredential {
  const expiresAt = Math.floor(Date.now() / 1000) + CREDENTIAL_SECONDS;
  return issueCredential(SECRET, { expiresAt });
}
