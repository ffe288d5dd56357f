/** Somebody honest who needs TURN: buys a credential, holds a call, hangs up. */

import { PATHS, type Quote, type TurnGrant } from "@sigmesh/core/wire";
import type { Reply } from "../../server/api/exchange.ts";
import { QUIET_SECONDS } from "./cases.ts";
import { Payer } from "./payer.ts";
import type { SimulatedNode } from "./simulated_node.ts";
import type { SimulatedTurn } from "./simulated_turn.ts";
import type { Timeline } from "./timeline.ts";
import type { DeviceClass, HonestPost } from "./visitor.ts";

/** One by UDP, one by TCP, one by TLS. */
const ALLOCATIONS = 3;
const CALL_MS = 60_000;
const NOTHING = new Uint8Array();

/** A call: it succeeds when its allocations are made and stay. */
export function call(
  { timeline, node, turn, random }: {
    timeline: Timeline;
    node: SimulatedNode;
    turn: SimulatedTurn;
    random: () => number;
  },
  { device, address, onCall }: {
    device: DeviceClass;
    address: string;
    /** Told when the call is over; its wait is that for the credential. */
    onCall: (call: HonestPost) => void;
  },
): void {
  const since = timeline.nowMs;
  const payer = new Payer({ timeline, node, random }, { ...device, address });
  const end = (waitMs: number) =>
    onCall({
      device: device.name,
      wantedAt: since / 1000 - QUIET_SECONDS,
      waitMs,
    });

  function hold({ body }: Reply): void {
    const waitMs = timeline.nowMs - since;
    const { username } = JSON.parse(body as string) as TurnGrant;
    let isWhole = true;
    const onLost = () => isWhole = false;
    const held = Array.from(
      { length: ALLOCATIONS },
      () => turn.allocate(username, { address, onLost }),
    );
    if (held.includes(undefined)) onLost();
    timeline.after(CALL_MS, () => {
      for (const hangUp of held) hangUp?.();
      end(isWhole ? waitMs : Infinity);
    });
  }

  node.send({
    method: "POST",
    path: PATHS.token,
    headers: { accept: "application/json" },
    address,
    onAnswer(answer) {
      const { token, height } = JSON.parse(
        (answer as Reply).body as string,
      ) as Partial<Quote>;
      if (token === undefined || height === undefined) return end(Infinity);
      payer.pay({
        path: PATHS.token,
        body: NOTHING,
        quote: { token, height },
        since,
        onQuote: () => {},
        onDone: (reply) => reply === undefined ? end(Infinity) : hold(reply),
      });
    },
  });
}
