/** What a node answers, each with a command that works. */

import { EXAMPLE_ITEM, EXAMPLE_KEY } from "./dht_example.ts";
import type { ComponentChildren, VNode } from "preact";

/** An endpoint and how to call it. */
interface Endpoint {
  readonly name: string;
  readonly does: string;
  readonly command: string;
}

const JSON_ACCEPTED = "-H 'Accept: application/json'";

/** Listening to a room. */
export function listenCommand(url: string): string {
  return `curl -N -H 'Accept: text/event-stream' \\\n'${url}'`;
}

/** Asking what a post costs: it is refused, and told. */
export function postCommand(url: string): string {
  return `curl ${JSON_ACCEPTED} \\\n--data hello \\\n'${url}'`;
}

/** Sending a post that is paid for. */
export function paidPostCommand(url: string): string {
  return `curl ${JSON_ACCEPTED} \\\n--data hello \\\n'${url}?pow=STAMP'`;
}

/** A line of a list with class `endpoints`. */
export function Command(
  { name, command, children }: {
    name: ComponentChildren;
    command: string;
    children: ComponentChildren;
  },
): VNode {
  return (
    <li>
      <div>
        <h3>{name}</h3>
        <p>{children}</p>
      </div>
      <pre>{command}</pre>
    </li>
  );
}

/** Commands for all endpoints of the node at `origin`; `room` is one to try them with. */
export function Endpoints(
  { origin, room, hasDht }: { origin: string; room: string; hasDht: boolean },
): VNode {
  const roomUrl = `${origin}/room/${room}`;
  const read = (path: string) => `curl ${JSON_ACCEPTED} '${origin}${path}'`;
  const post = (path: string, body: string) =>
    `curl ${JSON_ACCEPTED} \\\n--data '${body}' \\\n'${origin}${path}'`;
  const endpoints: Endpoint[] = [
    {
      name: "GET /room/HASH",
      does: "Listen: messages and prices as they come.",
      command: listenCommand(roomUrl),
    },
    {
      name: "POST /room/HASH",
      does: "Post: the answer is 401, with the token and height to pay by.",
      command: postCommand(roomUrl),
    },
    {
      name: "POST /token",
      does: "Buy a TURN credential: again 401 first, with the price.",
      command: `curl ${JSON_ACCEPTED} \\\n-X POST '${origin}/token'`,
    },
    ...(hasDht
      ? [{
        name: "POST /dht-get",
        does: "Get a signed record of the DHT, by its owner's key.",
        command: post("/dht-get", EXAMPLE_KEY),
      }, {
        name: "POST /dht-put",
        does: "Publish such a record: again 401 first, with the price.",
        command: post("/dht-put", EXAMPLE_ITEM),
      }]
      : []),
    {
      name: "GET /",
      does: "This page as facts: price, load, limits.",
      command: read("/"),
    },
    {
      name: "GET /nodes",
      does: "Other nodes that this one knows.",
      command: read("/nodes"),
    },
    {
      name: "GET /ip",
      does: "Your address, as this node sees it.",
      command: read("/ip"),
    },
    {
      name: "GET /health",
      does: "200 while the node can serve, else 503.",
      command: read("/health"),
    },
    {
      name: "GET /client.js",
      does: "The client library, for any page to import.",
      command: `curl -O '${origin}/client.js'`,
    },
    {
      name: "GET /trystero.js",
      does: "Trystero over this node, for apps that are written for it.",
      command: `curl -O '${origin}/trystero.js'`,
    },
  ];
  return (
    <ul class="endpoints">
      {endpoints.map(({ name, does, command }) => (
        <Command key={name} name={<code>{name}</code>} command={command}>
          {does}
        </Command>
      ))}
    </ul>
  );
}
