/** One summary page an endpoint, made of what the JSON form holds. */

import type { IpFacts, NodeFacts, Posted, RoomFacts } from "@sigmesh/core/wire";
import { describeHeight, Facts, renderPage } from "./page.tsx";

/** `GET /`. */
export function homePage(
  facts: NodeFacts,
  { origin, rooms, subscribers }: {
    origin: string;
    rooms: number;
    subscribers: number;
  },
): string {
  const share = (value: number) => `${Math.round(value * 100)} %`;
  return renderPage(
    "WebRTC signaling node",
    <>
      <h1>WebRTC signaling node</h1>
      <p>
        Browsers meet here to connect directly.{" "}
        <a href="/demo/">Try it in two windows</a>, or see{" "}
        <a href="/bench/">how fast your browser pays</a>.
      </p>
      <Facts
        facts={{
          Origin: origin,
          "Public URL": facts.url ?? "none: this node is not announced",
          "Price of a post": describeHeight(facts.height),
          Load: `processor ${share(facts.load.cpu)}, memory ${
            share(facts.load.memory)
          }`,
          "Active rooms": rooms,
          "Open streams": `${subscribers} of ${facts.limits.subscribers}`,
          ...(facts.contact === null ? {} : { Contact: facts.contact }),
          ...(facts.terms === null ? {} : { Terms: facts.terms }),
          Version: `${facts.version}, protocol ${facts.protocol}`,
        }}
      />
      <h2>Endpoints</h2>
      <p>
        Each gives JSON with <code>Accept: application/json</code>.
      </p>
      <pre>{[
        `curl -H 'Accept: application/json' ${origin}/`,
        `curl -H 'Accept: application/json' ${origin}/nodes`,
        `curl -H 'Accept: application/json' ${origin}/ip`,
        `curl -N -H 'Accept: text/event-stream' ${origin}/room/${EXAMPLE}`,
      ].join("\n")}</pre>
    </>,
  );
}

const EXAMPLE = "0123456789abcdef0123456789abcdef01234567";

/** `GET /ip`. */
export function ipPage({ ip, family }: IpFacts): string {
  return renderPage(
    "Your address",
    <>
      <h1>Your address</h1>
      <p>
        This node sees you at <code>{ip}</code> (IPv{family}).
      </p>
    </>,
  );
}

/** `GET /nodes`. */
export function nodesPage(nodes: readonly string[]): string {
  return renderPage(
    "Other nodes",
    <>
      <h1>Other nodes</h1>
      {nodes.length === 0 ? <p>This node knows no other node.</p> : (
        <ul>
          {nodes.map((node) => (
            <li>
              <a href={node}>{node}</a>
            </li>
          ))}
        </ul>
      )}
    </>,
  );
}

/** `GET /room/HASH`. */
export function roomPage(facts: RoomFacts, url: string): string {
  return renderPage(
    "Room",
    <>
      <h1>Room</h1>
      <Facts
        facts={{
          Name: <code>{facts.room}</code>,
          "Subscribers here": facts.subscribers,
          "Messages of the last minute": facts.messages,
          "Price of a post now": describeHeight(facts.height),
        }}
      />
      <h2>Listen</h2>
      <pre>{`curl -N -H 'Accept: text/event-stream' ${url}`}</pre>
    </>,
  );
}

/** `POST /room/HASH`. */
export function postedPage({ id, subscribers, height }: Posted): string {
  return renderPage(
    "Posted",
    <>
      <h1>Posted</h1>
      <Facts
        facts={{
          Id: <code>{id}</code>,
          "Handed to": `${subscribers} subscribers`,
          "Price of the next post": describeHeight(height),
        }}
      />
    </>,
  );
}

/** `GET /health`, when able to serve. */
export function healthPage(): string {
  return renderPage(
    "Healthy",
    <>
      <h1>Healthy</h1>
      <p>This node is able to serve.</p>
    </>,
  );
}
