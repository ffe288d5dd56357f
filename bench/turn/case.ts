/** What the cases of the TURN benchmark share. */

import { Meter, type Metrics } from "../load/meter.ts";
import type { DatagramLoop } from "./datagrams.ts";
import {
  type Mode,
  PAYLOAD_BYTES,
  type TurnAccess,
  TurnSession,
} from "./session.ts";
import type { TurnServerUnderTest } from "./server.ts";

/** Processor time of one tick of `/proc`. */
const TICK_MS = 10;

/** A server, and how long to measure it. */
export interface TurnCaseContext {
  readonly loop: DatagramLoop;
  readonly server: TurnServerUnderTest;
  readonly ms: number;
}

/** One case; its figures by title. */
export interface TurnCase {
  readonly name: string;
  readonly description: string;
  run(context: TurnCaseContext): Record<string, Metrics>;
}

/** So many clients, each with an allocation and a peer; they end with the loop. */
export function openSessions(
  loop: DatagramLoop,
  { access, allocations, mode }: {
    access: TurnAccess;
    allocations: number;
    mode: Mode;
  },
): TurnSession[] {
  const payload = crypto.getRandomValues(new Uint8Array(PAYLOAD_BYTES));
  return Array.from(
    { length: allocations },
    () => new TurnSession(loop, { access, mode, payload }),
  );
}

/** Measures what a server uses, and how much others disturb it. */
export class RelayMeter {
  readonly #meter: Meter;
  readonly #busyMs = hostBusyMs();

  constructor(pid: number) {
    this.#meter = new Meter([pid]);
  }

  /** 100 is one processor; `others` is all that is neither server nor generator. */
  shares(): Metrics {
    const { seconds } = this.#meter;
    const shares = this.#meter.shares();
    const busy = (hostBusyMs() - this.#busyMs) / seconds / 10;
    const known = shares["server CPU %"] + shares["generator CPU %"];
    return { ...shares, "others CPU %": Math.max(0, busy - known) };
  }

  /** Packets a second, and processor time that each cost the server. */
  relayed(packets: number): Metrics {
    const { seconds } = this.#meter;
    const shares = this.shares();
    return {
      "packets/s": packets / seconds,
      "CPU us/packet": shares["server CPU %"]! * 1e4 * seconds / packets,
      ...shares,
    };
  }
}

/** Time that processors were not idle, since the machine started; proc(5), fields 4 and 5 are. */
function hostBusyMs(): number {
  const [line] = Deno.readTextFileSync("/proc/stat").split("\n");
  const ticks = line!.trim().split(/\s+/).slice(1, 9).map(Number);
  return ticks.reduce((sum, value, i) =>
    i === 3 || i === 4 ? sum : sum + value
  ) *
    TICK_MS;
}
