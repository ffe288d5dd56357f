/** `GET /room/HASH` for people: what is in the room, and a way to take part. */

import { LIMITS, type RoomFacts } from "@sigmesh/core/wire";
import type { VNode } from "preact";
import {
  Command,
  listenCommand,
  paidPostCommand,
  postCommand,
} from "./endpoints.tsx";
import { Facts, type Page, renderPage } from "./page.tsx";
import { PayAndTry } from "./pay_and_try.tsx";
import {
  formatCount,
  formatCountOf,
  formatHeight,
  formatWork,
} from "./quantities.ts";

/** The room page; `client/pages/room.ts` makes it live. */
export function roomPage(facts: RoomFacts, url: string): Page {
  return renderPage(
    `Room ${facts.room.slice(0, 8)}`,
    <>
      <h1>Room</h1>
      <p>
        <code>{facts.room}</code>
      </p>
      <p class="lead">
        Whoever knows this name hears what is posted here. Open this page in a
        second window to see it arrive.
      </p>
      <Facts
        facts={{
          "Price of a post": (
            <>
              <span id="price">{formatHeight(facts.height)}</span>{" "}
              <span class="quiet" id="price-work">
                {formatWork(facts.height)}
              </span>
            </>
          ),
          "When this page was loaded": `${
            formatCount(facts.subscribers)
          } listening, ${
            formatCountOf(facts.messages, "message")
          } in the last minute`,
        }}
      />
      <div class="columns">
        <Live />
        <section>
          <h2 id="pay">Pay and try</h2>
          <p>
            A post costs proof of work. Your browser does it and sends the post;
            no account and no money are involved.
          </p>
          <noscript>
            <p>
              JavaScript is off. With it, this page would show messages as they
              arrive and pay for posts that you write here. The commands below
              do without.
            </p>
          </noscript>
          <PayAndTry
            label="Post"
            example="hello"
            maxBytes={LIMITS.postBytes}
          />
        </section>
      </div>
      <h2>From a terminal</h2>
      <Commands url={url} />
    </>,
    { script: "/pages/room.js" },
  );
}

function Live(): VNode {
  return (
    <section id="live" hidden>
      <h2>Messages</h2>
      <p class="status busy" id="live-state" role="status">Connecting</p>
      <div class="log" role="log" aria-label="Messages" tabindex={0}>
        <ol id="live-log" />
      </div>
    </section>
  );
}

function Commands({ url }: { url: string }): VNode {
  return (
    <ul class="endpoints">
      <Command name="Listen" command={listenCommand(url)}>
        Messages and prices as they come.
      </Command>
      <Command name="Ask what a post costs" command={postCommand(url)}>
        The answer is 401, with a token and a height in bits.
      </Command>
      <Command name="Post" command={paidPostCommand(url)}>
        STAMP is the solved puzzle: <code>docs/example_client.py</code>{" "}
        of this software makes one.
      </Command>
    </ul>
  );
}
