/** What is lost at a given rate, which no server slows down. */

import { openSessions, RelayMeter, type TurnCase } from "./case.ts";
import type { Mode } from "./session.ts";
import { offer } from "./traffic.ts";

const ALLOCATIONS = 10;
const RATES = [10_000, 20_000, 40_000, 80_000];
const WARM_UP = { perSecond: 5000, ms: 200 };

function openCase(mode: Mode, perSecond: number): TurnCase {
  const rate = perSecond.toLocaleString("en-GB");
  return {
    name: `open-${mode}-${perSecond}`,
    description: `${rate} packets a second to peers, ${mode} mode`,
    run({ loop, server, ms }) {
      const sessions = openSessions(loop, {
        ...{ access: server, allocations: ALLOCATIONS, mode },
      });
      offer(loop, { sessions, ...WARM_UP }).settle();
      const meter = new RelayMeter(server.pid);
      const offered = offer(loop, { sessions, perSecond, ms });
      const shares = meter.shares();
      const { sent, seconds } = offered;
      const arrived = offered.settle();
      if (arrived === 0) throw new Error("No packet arrived.");
      return {
        [`Open loop, ${mode}, ${rate} packets/s to peers`]: {
          "sent/s": sent / seconds,
          "lost %": (1 - arrived / sent) * 100,
          ...shares,
        },
      };
    },
  };
}

export const openCases: readonly TurnCase[] = (["channel", "send"] as const)
  .flatMap((mode) => RATES.map((perSecond) => openCase(mode, perSecond)));
