/** As much as the server can relay: packets go to and fro. */

import { openSessions, RelayMeter, type TurnCase } from "./case.ts";
import type { Mode } from "./session.ts";
import { PingPong } from "./traffic.ts";

const WARM_UP_MS = 500;
const PLURAL = new Intl.PluralRules("en");

function closedCase(mode: Mode, allocations: number): TurnCase {
  const noun = PLURAL.select(allocations) === "one"
    ? "allocation"
    : "allocations";
  const title = `Closed loop, ${mode}, ${allocations} ${noun}`;
  return {
    name: `closed-${mode}-${allocations}`,
    description: `packets to and fro, ${mode} mode, ${allocations} ${noun}`,
    run({ loop, server, ms }) {
      const access = server;
      const sessions = openSessions(loop, { access, allocations, mode });
      const traffic = new PingPong(loop, sessions);
      traffic.run(WARM_UP_MS);
      const meter = new RelayMeter(server.pid);
      const metrics = meter.relayed(traffic.run(ms).packets);
      traffic.stop();
      return { [title]: metrics };
    },
  };
}

export const closedCases: readonly TurnCase[] = [
  closedCase("channel", 1),
  closedCase("channel", 10),
  closedCase("send", 1),
  closedCase("send", 10),
];
