/** How the node's STUN and TURN fare, as a section of the status page. */

import type { VNode } from "preact";
import type { TurnKeeper } from "../../turn/turn_keeper.ts";
import type { TurnOffer } from "../../turn/turn_offer.ts";
import type { TurnEndpoint } from "../../turn/turn_server.ts";
import { Facts } from "./page.tsx";
import { formatBytes, formatCount, formatCountOf } from "./quantities.ts";

/** The section; `turn` is null on a node without. */
export function TurnFacts(
  { turn, origin }: { turn: TurnOffer | null; origin: string },
): VNode {
  return (
    <section>
      <h2>STUN and TURN</h2>
      {turn === null
        ? <p>None: this node was started with --no-turn.</p>
        : turn.keeper === null
        ? <Elsewhere urls={turn.urlsAt(origin).turn} />
        : <Own keeper={turn.keeper} />}
    </section>
  );
}

function Elsewhere({ urls }: { urls: readonly string[] }): VNode {
  return (
    <Facts
      facts={{
        "Handed out": <code>{urls.join(" ")}</code>,
        Credentials: <PriceLink />,
      }}
    />
  );
}

function Own({ keeper }: { keeper: TurnKeeper }): VNode {
  const { totals, isUp, endpoints } = keeper;
  const { allocations, capacity, relayedBytes, relayedPackets } = totals;
  const packets = relayedPackets.sent + relayedPackets.received;
  return (
    <Facts
      facts={{
        State: isUp ? "running" : "being started again",
        "Listens at": <code>{endpoints.map(nameOf).join(" ")}</code>,
        Allocations: `${formatCount(allocations)} of ${formatCount(capacity)}`,
        Relayed: `${formatBytes(relayedBytes.sent)} sent, ` +
          `${formatBytes(relayedBytes.received)} received, ` +
          formatCountOf(packets, "packet"),
        Refused: describeRefusals(totals.refused),
        Credentials: <PriceLink />,
      }}
    />
  );
}

function PriceLink(): VNode {
  return <a href="/token">what they cost, and a way to try</a>;
}

function nameOf({ transport, address, port }: TurnEndpoint): string {
  const host = address.includes(":") ? `[${address}]` : address;
  return `${transport}/${host}:${port}`;
}

/** Each client is answered with one of these before it can know the nonce. */
const HANDSHAKE = new Set(["401", "438"]);

function describeRefusals(refused: Readonly<Record<string, number>>): string {
  const told = Object.entries(refused).filter(([code]) => !HANDSHAKE.has(code));
  return told.length === 0
    ? "none"
    : told.map(([code, count]) => `${formatCount(count)} with ${code}`)
      .join(", ");
}
