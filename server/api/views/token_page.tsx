/** `/token` for people: what a TURN credential is, what it costs, and a way to buy one. */

import { LIMITS, type TurnGrant } from "@sigmesh/core/wire";
import type { ComponentChildren, VNode } from "preact";
import { Command } from "./endpoints.tsx";
import { Facts, type Page, renderPage } from "./page.tsx";
import { PayAndTry } from "./pay_and_try.tsx";
import { formatDuration, formatHeight, formatWork } from "./quantities.ts";

/** What the page tells. */
export interface TokenFacts {
  /** Of this page, as the reader dialled it. */
  readonly url: string;
  /** Null on a node without TURN. */
  readonly offer: TokenOffer | null;
}

/** What is for sale. */
export interface TokenOffer {
  /** Price, in bits. */
  readonly height: number;
  /** Where TURN is. */
  readonly urls: readonly string[];
  readonly ttl: number;
  /** Whether paying again lets a credential live on, or gives another one. */
  readonly isRenewable: boolean;
}

/** The page; `client/pages/token.ts` brings its form to life. */
export function tokenPage({ url, offer }: TokenFacts): Page {
  return renderPage(
    "TURN credentials",
    <>
      <h1>TURN credentials</h1>
      <p class="lead">
        Where no direct way leads from one browser to another, a TURN server
        relays what they say. This node sells the credentials for one: for proof
        of work, without an account.
      </p>
      {offer !== null
        ? <Offer url={url} offer={offer} />
        : (
          <p class="status bad">
            This node has no TURN: use another one, or a server of your own.
          </p>
        )}
    </>,
    offer !== null ? { script: "/pages/token.js" } : {},
  );
}

function Offer({ url, offer }: { url: string; offer: TokenOffer }): VNode {
  const { height, ttl, urls, isRenewable } = offer;
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
          "Good for": formatDuration(ttl * 1000),
          "Where TURN is": <UrlList urls={urls} />,
        }}
      />
      <h2 id="pay">Pay and try</h2>
      <noscript>
        <p>
          JavaScript is off. With it, this page would pay and show the
          credential. The commands below do without.
        </p>
      </noscript>
      <PayAndTry
        label="Body: nothing for a new credential"
        example=""
        maxBytes={LIMITS.postBytes}
      />
      <h2>From a terminal</h2>
      <Commands url={url} isRenewable={isRenewable} />
    </>
  );
}

function UrlList({ urls }: { urls: readonly string[] }): VNode {
  return (
    <>
      {urls.map((url) => (
        <div key={url}>
          <code>{url}</code>
        </div>
      ))}
    </>
  );
}

function Commands(
  { url, isRenewable }: { url: string; isRenewable: boolean },
): VNode {
  const post = "curl -H 'Accept: application/json' \\\n-X POST";
  return (
    <ul class="endpoints">
      <Command name="Ask what it costs" command={`${post} '${url}'`}>
        The answer is 401, with a token and a height in bits.
      </Command>
      <Command name="Buy" command={`${post} '${url}?pow=STAMP'`}>
        STAMP is the solved puzzle. The answer is an{" "}
        <code>RTCIceServer</code>: give it to <code>RTCPeerConnection</code>.
      </Command>
      <Command
        name="Renew"
        command={`curl -H 'Accept: application/json' \\\n` +
          `--data '{"renew":"USERNAME","credential":"CREDENTIAL"}' \\\n` +
          `'${url}?pow=STAMP'`}
      >
        {isRenewable
          ? "While a call lasts: its allocation ends with its credential."
          : "Gives another credential, to be used at the next ICE restart."}
      </Command>
    </ul>
  );
}

/** `POST /token`. */
export function grantPage(
  { urls, username, credential, ttl, height }: TurnGrant,
): Page {
  const facts: Record<string, ComponentChildren> = {
    "Where TURN is": <UrlList urls={urls} />,
    Username: <code>{username}</code>,
    Credential: <code>{credential}</code>,
    "Good for": formatDuration(ttl * 1000),
    "Price of the next one": `${formatHeight(height)}, ${formatWork(height)}`,
  };
  return renderPage(
    "TURN credential",
    <>
      <h1 class="status">TURN credential</h1>
      <Facts facts={facts} />
    </>,
  );
}
