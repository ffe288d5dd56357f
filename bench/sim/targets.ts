/** What is attacked: rooms, or the TURN server's places. */

import { PATHS, type TurnGrant } from "@sigmesh/core/wire";
import type { Target } from "./attacker.ts";
import type { SimulatedTurn } from "./simulated_turn.ts";
import type { Timeline } from "./timeline.ts";

/** What a room's messages multiply its price by, at most. */
const MOST_SURCHARGE = 9;
const GRAB_MS = 1000;

/** Posts that all go to one room. */
export function oneRoom(): Target {
  return {
    path: () => `/room/${"a".repeat(40)}`,
    mostSurcharge: MOST_SURCHARGE,
  };
}

/** Posts each of which goes to another room. */
export function manyRooms(random: () => number): Target {
  const draw = () => Math.floor(random() * 2 ** 32).toString(16);
  return {
    path: () =>
      `/room/${(draw() + draw() + draw()).padEnd(40, "0").slice(0, 40)}`,
  };
}

/** Credentials, each of which then takes all the allocations that it gets, again and again. */
export function credentials(
  { timeline, turn }: { timeline: Timeline; turn: SimulatedTurn },
): Target {
  const bought: { username: string; address: string }[] = [];
  function grab(): void {
    for (const { username, address } of bought) {
      const wanted = { address, onLost: () => {} };
      while (turn.allocate(username, wanted)) { /* as many as there are */ }
    }
    timeline.after(GRAB_MS, grab);
  }
  grab();
  return {
    path: () => PATHS.token,
    onAccepted({ body }, address) {
      const { username } = JSON.parse(body as string) as TurnGrant;
      bought.push({ username, address });
    },
  };
}
