/** Trystero in a page, over whatever strategy. */

import type { Page } from "playwright-core";
import type { Room } from "../../client/trystero.ts";
import type { JoinTimes, Seat } from "./candidate.ts";

/** Where the strategy is loaded from, and what it connects to. */
export interface TrysteroStrategy {
  readonly library: string;
  readonly relayConfig?: { readonly urls: string[] };
}

/** Until Trystero says that somebody has come: its data channel is open. */
export function joinByTrystero(
  page: Page,
  { room }: Seat,
  strategy: TrysteroStrategy,
): Promise<JoinTimes> {
  return page.evaluate(async ({ name, library, relayConfig }) => {
    const { joinRoom } = await import(library) as {
      joinRoom(config: Record<string, unknown>, name: string): Room;
    };
    const now = () => performance.timeOrigin + performance.now();
    const joinedAt = now();
    const rtcConfig = { iceServers: [] };
    const room = joinRoom({ appId: "bench", relayConfig, rtcConfig }, name);
    await new Promise((resolve) => room.onPeerJoin = resolve);
    return { joinedAt, openAt: now() };
  }, { name: room, ...strategy });
}
