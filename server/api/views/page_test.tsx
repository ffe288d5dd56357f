import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { sha256 } from "@sigmesh/core";
import { renderToString } from "preact-render-to-string";
import { Reference, renderPage } from "./page.tsx";

function hrefOf(text: string): string | undefined {
  return /href="([^"]*)"/.exec(renderToString(<Reference text={text} />))?.[1];
}

Deno.test("the policy of a page lets in its own style, and no script", () => {
  const { html, policy } = renderPage("A page", <h1>A page</h1>);
  const [, style] = /<style>([^]*)<\/style>/.exec(html)!;
  const hash = btoa(String.fromCharCode(...sha256(style!)));
  assertStringIncludes(policy, `style-src 'sha256-${hash}'`);
  assert(!policy.includes("script-src"));
  assert(!/<script|style=/.test(html));
});

Deno.test("a page with a script lets in files of this node, workers of its own and nothing foreign", () => {
  const { html, policy } = renderPage("", "", { script: "/pages/room.js" });
  assertStringIncludes(
    html,
    '<script type="module" src="/pages/room.js"></script>',
  );
  assertStringIncludes(policy, "script-src 'self' 'wasm-unsafe-eval'");
  assertStringIncludes(policy, "connect-src 'self'");
  assert(!policy.includes("unsafe-inline"));
});

Deno.test("the navigation names the page one is on", () => {
  const { html } = renderPage("", "", { path: "/nodes" });
  assertEquals(html.match(/aria-current="page">\w+/g), [
    'aria-current="page">Nodes',
  ]);
});

Deno.test("web and mail addresses are links, and nothing else is", () => {
  const cases: [string, string | undefined][] = [
    ["https://node.example/terms", "https://node.example/terms"],
    ["http://node.example", "http://node.example"],
    ["ops@node.example", "mailto:ops@node.example"],
    ["@ops on some network", undefined],
    ["javascript:alert(1)", undefined],
    ["javascript:alert(1)@node.example", undefined],
    ["https://node.example or by mail", undefined],
    ["data:text/html,x", undefined],
  ];
  for (const [text, href] of cases) assertEquals(hrefOf(text), href, text);
});

Deno.test("what an operator writes cannot become markup", () => {
  for (
    const text of [
      "<script>alert(1)</script>",
      'https://x/"><script>alert(1)</script>',
      'a"onmouseover="x@y',
    ]
  ) {
    const html = renderToString(<Reference text={text} />);
    assert(!/<script|"onmouseover="/.test(html), html);
  }
});
