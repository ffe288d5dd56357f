/** The frame of every page: HTML that needs no script, in light and dark. */

import { sha256 } from "@sigmesh/core";
import { type ComponentChildren, Fragment, type VNode } from "preact";
import { renderToString } from "preact-render-to-string";

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d0d7de, #3d444d);
  --soft: light-dark(#f6f8fa, #151b23); --quiet: light-dark(#57606a, #9198a1); }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto;
  padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.5rem; }
dt { color: var(--quiet); } dd { margin: 0; overflow-wrap: anywhere; }
code, pre { font-family: ui-monospace, monospace; font-size: .9em; }
pre { background: var(--soft); border: 1px solid var(--line); border-radius: 6px;
  padding: .75rem; overflow-x: auto; }
footer { margin-top: 3rem; border-top: 1px solid var(--line); padding-top: .75rem;
  color: var(--quiet); }`;

const styleHash = btoa(String.fromCharCode(...sha256(STYLE)));

/** Content-Security-Policy of these pages: their own style, nothing else. */
export const PAGE_POLICY =
  `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; ` +
  "form-action 'none'; frame-ancestors 'none'";

/** A whole HTML document. */
export function renderPage(
  title: string,
  content: ComponentChildren,
): string {
  return "<!DOCTYPE html>" + renderToString(
    <html lang="en">
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <link rel="icon" href="data:," />
        <title>{title}</title>
        <style dangerouslySetInnerHTML={{ __html: STYLE }} />
      </head>
      <body>
        <main>{content}</main>
        <footer>
          <a href="/">This node</a>, a part of the WebRTC signaling mesh
        </footer>
      </body>
    </html>,
  );
}

/** Name and value pairs. */
export function Facts(
  { facts }: { facts: Record<string, ComponentChildren> },
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

/** A height as people read it: bits, and hashes in whole numbers. */
export function describeHeight(height: number): string {
  const hashes = Math.round(2 ** height).toLocaleString("en");
  return `${height.toFixed(2)} bits, ${hashes} hashes on average`;
}
