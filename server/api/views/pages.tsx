/** Pages of few words. */

import type { IpFacts, Posted } from "@sigmesh/core/wire";
import { Facts, type Page, renderPage } from "./page.tsx";
import { formatCountOf, formatHeight, formatWork } from "./quantities.ts";

/** `GET /ip`. */
export function ipPage({ ip, family }: IpFacts): Page {
  return renderPage(
    "Your address",
    <>
      <h1>Your address</h1>
      <p class="lead">
        This node sees you at <code>{ip}</code> (IPv{family}).
      </p>
      <p class="quiet">
        Open streams are counted by it.
      </p>
    </>,
  );
}

/** `POST /room/HASH`. */
export function postedPage({ id, subscribers, height }: Posted): Page {
  return renderPage(
    "Posted",
    <>
      <h1 class="status">Posted</h1>
      <Facts
        facts={{
          Id: <code>{id}</code>,
          "Handed to": formatCountOf(subscribers, "stream"),
          "Price of the next post": `${formatHeight(height)}, ${
            formatWork(height)
          }`,
        }}
      />
    </>,
  );
}

/** `GET /health`, when able to serve. */
export function healthPage(): Page {
  return renderPage(
    "Healthy",
    <>
      <h1 class="status">Healthy</h1>
      <p class="lead">This node is able to serve.</p>
    </>,
  );
}
