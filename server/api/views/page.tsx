/** The frame of every page: readable without a script, in light and dark. */

import { sha256 } from "@sigmesh/core";
import { type ComponentChildren, Fragment, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";
import LAST_HOUR_STYLE from "./last_hour.css" with { type: "text" };
import PAGE_STYLE from "./page.css" with { type: "text" };

/** An HTML document, and the Content-Security-Policy that it needs. */
export interface Page {
  readonly html: string;
  readonly policy: string;
}

/** What a page may have besides its content. */
export interface PageOptions {
  /** Path of a script of this node. */
  readonly script?: string;
  /** Path of the page, when the navigation leads to it. */
  readonly path?: string;
  /** False where links would lead nowhere. */
  readonly hasLinks?: boolean;
}

const STYLE = PAGE_STYLE + LAST_HOUR_STYLE;
// In the page itself, so that a refusal needs no second request to be readable.
const styleHash = btoa(String.fromCharCode(...sha256(STYLE)));

const PAGE_POLICY =
  `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; ` +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** Scripts are files of the node; they mine in workers and talk to this node only. */
const SCRIPT_POLICY = "; script-src 'self' 'wasm-unsafe-eval'; " +
  "worker-src blob:; connect-src 'self'";

const LINKS: readonly (readonly [path: string, name: string])[] = [
  ["/", "Status"],
  ["/demo/", "Demo"],
  ["/bench/", "Bench"],
  ["/nodes", "Nodes"],
];

/** A whole document. */
export function renderPage(
  title: string,
  content: ComponentChildren,
  { script, path, hasLinks = true }: PageOptions = {},
): Page {
  const html = "<!DOCTYPE html>" + renderToString(
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <link rel="icon" href="data:," />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
        {script && <script type="module" src={script} />}
      </head>
      <body>
        {hasLinks && <Header path={path} />}
        <main>{content}</main>
        <footer>A node of the WebRTC signaling mesh</footer>
      </body>
    </html>,
  );
  const policy = PAGE_POLICY + (script === undefined ? "" : SCRIPT_POLICY);
  return { html, policy };
}

function Header({ path }: { path: string | undefined }): VNode {
  return (
    <header class="site">
      <a class="brand" href="/">Signaling node</a>
      <nav aria-label="Pages of this node">
        {LINKS.map(([to, name]) => (
          <a
            key={to}
            href={to}
            aria-current={to === path ? "page" : undefined}
          >
            {name}
          </a>
        ))}
      </nav>
    </header>
  );
}

/** Name and value pairs. */
export function Facts(
  { facts }: { facts: Readonly<Record<string, ComponentChildren>> },
): VNode {
  return (
    <dl>
      {Object.entries(facts).map(([name, value]) => (
        <Fragment key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </Fragment>
      ))}
    </dl>
  );
}

/** A text of the operator's: a link where it is a web or mail address, else as it is. */
export function Reference({ text }: { text: string }): VNode {
  const isMail = /^[^\s@:/]+@[^\s@:/]+$/.test(text);
  const href = isMail ? `mailto:${text}` : text;
  return isMail || /^https?:\/\/\S+$/.test(text)
    ? <a href={href} rel="noopener nofollow">{text}</a>
    : <>{text}</>;
}
