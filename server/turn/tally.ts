/** What the server counts. */

/** Why a packet got no answer and went nowhere. */
export const DROP_REASONS = [
  "malformed",
  "no-allocation",
  "no-permission",
  "no-channel",
  "forbidden-peer",
  "oversized",
  "rate",
  "slow-reader",
  "congested",
  "connections",
] as const;

export type DropReason = typeof DROP_REASONS[number];

/** Running totals, written where things happen. */
export class Tally {
  allocationsMade = 0;
  sentPackets = 0;
  sentBytes = 0;
  receivedPackets = 0;
  receivedBytes = 0;
  faults = 0;
  readonly refused: Record<string, number> = {};
  readonly dropped = Object.fromEntries(
    DROP_REASONS.map((reason) => [reason, 0]),
  ) as Record<DropReason, number>;

  refuse(code: number): void {
    this.refused[code] = (this.refused[code] ?? 0) + 1;
  }

  drop(reason: DropReason): void {
    this.dropped[reason]++;
  }
}
