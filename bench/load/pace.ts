/** When to post: as fast as answers come, or at a given rate whatever comes. */

import type { ConnectionLoop } from "./connections.ts";
import type { RoomTraffic } from "./traffic.ts";

/** How long a post waits at most for the loop to look at the time. */
const TURN_MS = 5;

/** Rooms 0 to `rooms` - 1, one after the other. */
export interface Pace {
  readonly loop: ConnectionLoop;
  readonly traffic: RoomTraffic;
  readonly rooms: number;
  readonly ms: number;
}

/** Closed loop: always so many posts in flight, as far as there are posters. */
export function postInFlight(
  { loop, traffic, rooms, ms }: Pace,
  inFlight: number,
): void {
  const end = performance.now() + ms;
  let posts = 0;
  for (let now = end - ms; now < end; now = performance.now()) {
    while (traffic.inFlight < inFlight && traffic.post(posts % rooms, now)) {
      posts++;
    }
    loop.turn(Math.min(TURN_MS, end - now));
  }
}

/**
 * Open loop: a post falls due at equal distances, and its time counts from
 * there even if no poster is idle then, so that a slow server cannot hide by
 * slowing the generator. `isDone` may end it early.
 */
export function postAtRate(
  { loop, traffic, rooms, ms }: Pace,
  { perSecond, isDone = () => false }: {
    perSecond: number;
    isDone?: () => boolean;
  },
): void {
  const start = performance.now();
  const end = start + ms;
  let posts = 0;
  for (let now = start; now < end && !isDone(); now = performance.now()) {
    let due = start + posts / perSecond * 1000;
    while (due <= now && traffic.post(posts % rooms, due)) {
      due = start + ++posts / perSecond * 1000;
    }
    // Where one is overdue, an answer must free a poster first.
    loop.turn(Math.min(TURN_MS, due <= now ? TURN_MS : due - now, end - now));
  }
}
