/** `/dht-get` and `/dht-put` for people: what they do, what they cost, and a way to try. */

import {
  decodeText,
  type MutableItem,
  type PutReceipt,
} from "@sigmesh/core/mutable_item";
import { encodeBase64url } from "@sigmesh/core";
import { LIMITS } from "@sigmesh/core/wire";
import type { VNode } from "preact";
import { EXAMPLE_ITEM, EXAMPLE_KEY } from "./dht_example.ts";
import { Command } from "./endpoints.tsx";
import { Facts, type Page, renderPage } from "./page.tsx";
import { PayAndTry } from "./pay_and_try.tsx";
import { formatHeight, formatWork } from "./quantities.ts";

/** What the page tells. */
export interface DhtFacts {
  readonly kind: "dht-get" | "dht-put";
  /** Of this page, as the reader dialled it. */
  readonly url: string;
  /** Price, in bits. */
  readonly height: number;
  /** Nodes of the DHT that are known; null on a node without the DHT. */
  readonly contacts: number | null;
}

const TEXTS = {
  "dht-get": {
    title: "Get from the DHT",
    lead: "Gets a small public record from BitTorrent's DHT, by the key of " +
      "whoever published it (BEP 44).",
    body: EXAMPLE_KEY,
    answer: "The item: k, salt, seq, v and sig. Verify sig yourself, as the " +
      "library does.",
  },
  "dht-put": {
    title: "Put into the DHT",
    lead: "Publishes a small record in BitTorrent's DHT, signed by your own " +
      "key (BEP 44). The node never sees that key.",
    body: EXAMPLE_ITEM,
    answer: "How many nodes of the DHT have stored it. They forget it two " +
      "hours after: put it again each hour.",
  },
};

/** The page; `client/pages/dht.ts` brings its form to life. */
export function dhtPage(facts: DhtFacts): Page {
  const { kind, contacts } = facts;
  const { title, lead } = TEXTS[kind];
  return renderPage(
    title,
    <>
      <h1>{title}</h1>
      <p class="lead">{lead}</p>
      {contacts === null
        ? <p class="status bad">This node has no DHT: use another one.</p>
        : <Offer facts={facts} contacts={contacts} />}
    </>,
    contacts === null ? {} : { script: "/pages/dht.js" },
  );
}

function Offer(
  { facts: { kind, url, height }, contacts }: {
    facts: DhtFacts;
    contacts: number;
  },
): VNode {
  const { body, answer } = TEXTS[kind];
  const post = `curl -H 'Accept: application/json' \\\n--data '${body}' \\\n`;
  return (
    <>
      <Facts
        facts={{
          Price: (
            <>
              {formatHeight(height)}{" "}
              <span class="quiet">{formatWork(height)}</span>
            </>
          ),
          "Known nodes of the DHT": contacts === 0
            ? "none: not joined yet"
            : contacts,
        }}
      />
      <h2 id="pay">Pay and try</h2>
      <noscript>
        <p>
          JavaScript is off. With it, this page would pay and show the answer.
          The commands below do without.
        </p>
      </noscript>
      <PayAndTry
        label="Body: JSON, byte strings as base64url"
        example={body}
        maxBytes={LIMITS.postBytes}
      />
      <h2>From a terminal</h2>
      <ul class="endpoints">
        <Command name="Ask what it costs" command={`${post}'${url}'`}>
          The answer is 401, with a token and a height in bits.
        </Command>
        <Command name="Pay" command={`${post}'${url}?pow=STAMP'`}>
          {answer}
        </Command>
      </ul>
    </>
  );
}

/** `POST /dht-get`. */
export function itemPage({ k, salt, seq, v, sig }: MutableItem): Page {
  const text = decodeText(v);
  return renderPage(
    "Item of the DHT",
    <>
      <h1 class="status">Item of the DHT</h1>
      <Facts
        facts={{
          Key: <code>{encodeBase64url(k)}</code>,
          ...(salt.length > 0 &&
            { Salt: <code>{encodeBase64url(salt)}</code> }),
          Number: seq,
          ...(text !== undefined && { Text: text }),
          Value: <code>{encodeBase64url(v)}</code>,
          Signature: <code>{encodeBase64url(sig)}</code>,
        }}
      />
    </>,
  );
}

/** `POST /dht-put`. */
export function storedPage({ stored, height }: PutReceipt): Page {
  return renderPage(
    "Stored in the DHT",
    <>
      <h1 class="status">Stored in the DHT</h1>
      <Facts
        facts={{
          "Nodes that keep it": stored,
          "Price of the next one": `${formatHeight(height)}, ${
            formatWork(height)
          }`,
        }}
      />
    </>,
  );
}
