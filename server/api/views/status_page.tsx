/** `GET /` for people: a verdict, what to do next, and the facts behind it. */

import type { NodeFacts } from "@sigmesh/core/wire";
import type { ComponentChildren, VNode } from "preact";
import type { LoadPoint } from "../../load/load_history.ts";
import type { TurnOffer } from "../../turn/turn_offer.ts";
import type { MeshOffer } from "../../mesh/members/mesh_offer.ts";
import { Endpoints } from "./endpoints.tsx";
import { LastHour } from "./last_hour.tsx";
import { MeshFacts } from "./nodes_page.tsx";
import { Facts, type Page, Reference, renderPage } from "./page.tsx";
import { formatCount, formatDuration } from "./quantities.ts";
import { TurnFacts } from "./turn_facts.tsx";
import { verdictOf } from "./verdict.tsx";

/** What the page tells besides the node's facts. */
export interface StatusDetails {
  /** As the reader dialled it. */
  readonly origin: string;
  /** Why the node cannot serve, or undefined when it can. */
  readonly unhealthy: string | undefined;
  readonly uptimeMs: number;
  /** Hashes at rest. */
  readonly idleWork: number;
  readonly rooms: number;
  readonly subscribers: number;
  /** Null on a node without STUN and TURN. */
  readonly turn: TurnOffer | null;
  /** Nodes of the DHT that are known; null on a node without the DHT. */
  readonly dhtContacts: number | null;
  /** Null on a node without other nodes. */
  readonly mesh: MeshOffer | null;
  /** The last hour, the oldest point first. */
  readonly history: readonly LoadPoint[];
  /** A room that nobody is in. */
  readonly freshRoom: string;
}

/** The status page. */
export function statusPage(facts: NodeFacts, details: StatusDetails): Page {
  const { origin, unhealthy, idleWork, rooms, subscribers } = details;
  const { cpu, memory } = facts.load;
  const maxStreams = facts.limits.subscribers!;
  const verdict = verdictOf({
    unhealthy,
    url: facts.url,
    origin,
    load: facts.load,
    priceRatio: 2 ** facts.height / idleWork,
    streams: subscribers,
    maxStreams,
  });
  const now = { height: facts.height, cpu, memory, streams: subscribers };
  return renderPage(
    `${verdict.sentence} Signaling node`,
    <>
      <h1 class={`status ${verdict.mood}`}>
        {keepOptionsWhole(verdict.sentence)}
      </h1>
      <p class="lead">{verdict.next}</p>
      <p class="actions">
        <a class="button primary" href="/demo/">Try the demo</a>
        <a class="button" href={`/room/${details.freshRoom}`}>
          Open a new room
        </a>
      </p>
      <h2>Now, and in the last hour</h2>
      <LastHour
        points={details.history}
        now={{ ageSeconds: 0, ...now }}
        idleWork={idleWork}
        maxStreams={maxStreams}
        rooms={rooms}
      />
      <div class="columns">
        <About facts={facts} details={details} />
        <MeshFacts mesh={details.mesh} />
        <TurnFacts turn={details.turn} origin={origin} />
        <Limits facts={facts} />
      </div>
      <h2>From a terminal</h2>
      <Paying room={details.freshRoom} />
      <Endpoints
        origin={origin}
        room={details.freshRoom}
        hasDht={details.dhtContacts !== null}
      />
    </>,
    { path: "/" },
  );
}

/** Browsers break lines at the hyphens of an option. */
function keepOptionsWhole(sentence: string): ComponentChildren {
  return sentence.split(/(--[a-z-]+)/).map((part) =>
    part.startsWith("--") ? <span key={part} class="whole">{part}</span> : part
  );
}

function About(
  { facts, details }: { facts: NodeFacts; details: StatusDetails },
): VNode {
  const { contact, terms, url, version, protocol } = facts;
  return (
    <section>
      <h2>This node</h2>
      <Facts
        facts={{
          Origin: <code>{details.origin}</code>,
          "Public URL": url === null ? "none" : <code>{url}</code>,
          DHT: describeDht(details.dhtContacts),
          "Up for": formatDuration(details.uptimeMs),
          Version: `${version}, protocol ${protocol}`,
          Contact: contact === null
            ? "not given"
            : <Reference text={contact} />,
          Terms: terms === null ? "not given" : <Reference text={terms} />,
        }}
      />
    </section>
  );
}

function describeDht(contacts: number | null): ComponentChildren {
  if (contacts === null) return "none";
  return contacts === 0
    ? "not joined yet"
    : <a href="/dht-get">{formatCount(contacts)} known nodes</a>;
}

function Limits({ facts: { limits, lifetime } }: { facts: NodeFacts }): VNode {
  const count = (name: string) => formatCount(limits[name]!);
  return (
    <section>
      <h2>Limits</h2>
      <Facts
        facts={{
          Post: `${count("postBytes")} bytes`,
          History: `${count("historySeconds")} s, ` +
            `${count("historyMessages")} messages a room`,
          Token: `valid for ${lifetime} s`,
          Streams: `${count("subscribers")}, of one address ` +
            count("subscribersPerAddress"),
          "Free requests": `${count("unpaidPerSecond")} a second, ` +
            `of one address ${count("unpaidPerSecondPerAddress")}`,
        }}
      />
    </section>
  );
}

function Paying({ room }: { room: string }): VNode {
  return (
    <p>
      Reading is free. A post is paid by proof of work, which curl cannot do:
      {" "}
      <a href={`/room/${room}#pay`}>let your browser pay</a>, import{" "}
      <a href="/client.js">the library</a>, or run{" "}
      <code>docs/example_client.py</code> of this software.
    </p>
  );
}
