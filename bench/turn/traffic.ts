/** Packets through allocations: as fast as they come back, or at a given rate. */

import type { DatagramLoop } from "./datagrams.ts";
import type { TurnSession } from "./session.ts";

/** What came through. */
export interface Relayed {
  /** Both ways. */
  readonly packets: number;
  readonly seconds: number;
}

/** In flight, over all sessions: fewer than a socket's buffer holds, so that none is lost to us. */
const IN_FLIGHT = 40;
/** Nothing under way for so long is lost. */
const LATE_MS = 250;
/** Sent at once at most; a generator that was held up does not make it up in a burst. */
const BURST = 64;
const MOST_WAIT_MS = 1;

/**
 * Closed loop: the peer sends back what arrives, and what comes back is sent
 * again. Throws when packets get lost or are not those that were sent.
 */
export class PingPong {
  readonly #loop: DatagramLoop;
  readonly #sessions: readonly TurnSession[];
  #packets = 0;
  #isRunning = true;
  #inFlight = 0;

  constructor(loop: DatagramLoop, sessions: readonly TurnSession[]) {
    this.#loop = loop;
    this.#sessions = sessions;
    for (const session of sessions) {
      session.onPeerArrival = () => {
        this.#packets++;
        session.peer.send(session.fromPeer);
      };
      session.onClientArrival = () => {
        this.#packets++;
        if (this.#isRunning) session.client.send(session.fromClient);
        else this.#inFlight--;
      };
      const inFlight = Math.floor(IN_FLIGHT / sessions.length);
      for (let i = 0; i < inFlight; i++) {
        session.client.send(session.fromClient);
      }
      this.#inFlight += inFlight;
    }
  }

  /** Goes on for so long. */
  run(ms: number): Relayed {
    const started = performance.now();
    this.#packets = 0;
    this.#loop.turnFor(ms);
    const seconds = (performance.now() - started) / 1000;
    return { packets: this.#packets, seconds };
  }

  /** Lets all come back. Throws, saying how many did not. */
  stop(): void {
    this.#isRunning = false;
    for (let packets = -1; this.#inFlight > 0 && packets !== this.#packets;) {
      packets = this.#packets;
      this.#loop.turnFor(LATE_MS);
    }
    const strange = this.#sessions.reduce((sum, s) => sum + s.strange, 0);
    if (this.#inFlight > 0 || strange > 0) {
      throw new Error(
        `${this.#inFlight} of ${IN_FLIGHT} packets in flight were lost, ` +
          `${strange} were not those that were sent.`,
      );
    }
  }
}

/** Packets that were sent at a rate. */
export interface Offered {
  readonly sent: number;
  readonly seconds: number;
  /** Waits for what is under way, and tells how many arrived. */
  settle(): number;
}

/**
 * Open loop: clients send at equal distances, whatever arrives. `alsoTurn` runs
 * after every turn, for a generator that has more to do.
 */
export function offer(
  loop: DatagramLoop,
  { sessions, perSecond, ms, alsoTurn = () => {} }: {
    sessions: readonly TurnSession[];
    perSecond: number;
    ms: number;
    alsoTurn?: () => void;
  },
): Offered {
  let sent = 0;
  let arrived = 0;
  for (const session of sessions) {
    session.onPeerArrival = () => arrived++;
    session.onClientArrival = () => {};
  }
  const started = performance.now();
  let due = started;
  for (let now = started; now < started + ms; now = performance.now()) {
    for (let i = 0; i < BURST && due <= now; i++) {
      const session = sessions[sent % sessions.length]!;
      if (session.client.send(session.fromClient)) sent++;
      due += 1000 / perSecond;
    }
    if (due < now) due = now; // held up: what is overdue is not sent at once
    loop.turn(Math.min(MOST_WAIT_MS, due - now));
    alsoTurn();
  }
  return {
    sent,
    seconds: (performance.now() - started) / 1000,
    settle() {
      loop.turnFor(LATE_MS);
      return arrived;
    },
  };
}
