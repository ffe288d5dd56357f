/** The membership of a node that is nothing else, under a clock that stands still. */

import {
  Membership,
  type MembershipOptions,
} from "../mesh/members/membership.ts";
import { createNetwork } from "../mesh/members/network.ts";
import { FakeClock } from "./fake_clock.ts";

/** Starts one; closed by whoever started it. */
export async function startMembership(
  options: Partial<MembershipOptions> = {},
) {
  const clock = new FakeClock();
  const told: string[] = [];
  const faults: unknown[] = [];
  const members = new Membership({
    clock,
    random: Math.random,
    network: createNetwork(),
    key: "own",
    origin: null,
    allowPrivate: true,
    peers: [],
    store: null,
    info: (message) => told.push(message),
    warn: (message) => told.push(message),
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  await members.start();
  /** Seconds pass, and what they bring is done. */
  async function pass(seconds: number): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      clock.advance(1000);
      await members.idle();
    }
  }
  return { members, clock, told, faults, pass };
}
