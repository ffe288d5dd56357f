import { assert, assertEquals } from "@std/assert";
import { problemOf, PROBLEMS, withQuote } from "./problem.ts";

Deno.test("every code has a status that is a refusal, and a title of its own", () => {
  const titles = Object.values(PROBLEMS).map(({ title }) => title);
  assertEquals(new Set(titles).size, titles.length);
  for (const { status } of Object.values(PROBLEMS)) {
    assert(status >= 400 && status < 600);
  }
});

Deno.test("whatever is unpaid is a 401", () => {
  for (const [code, { status }] of Object.entries(PROBLEMS)) {
    assertEquals(/^(stamp|token)-/.test(code), status === 401, code);
  }
});

Deno.test("a refusal with a quote says what is owed, in header and body", () => {
  const refusal = withQuote(
    { code: "stamp-too-low", detail: "d", extras: { owed: 18 } },
    { token: "AW", height: 17.25 },
  );
  assertEquals(refusal.headers, {
    "www-authenticate": 'PoW token="AW", height="17.25"',
  });
  assertEquals(problemOf(refusal), {
    type: "urn:sigmesh:problem:stamp-too-low",
    title: "Too little work",
    status: 401,
    detail: "d",
    owed: 18,
    token: "AW",
    height: 17.25,
  });
});

Deno.test("docs/protocol.md has every code with its status, and no other", async () => {
  const path = new URL("../../docs/protocol.md", import.meta.url);
  const rows = (await Deno.readTextFile(path))
    .matchAll(/^\| `([a-z0-9-]+)` +\| (\d{3}) /gm);
  const documented = [...rows].map(([, code, status]) => `${code} ${status}`);
  const ours = Object.entries(PROBLEMS)
    .map(([code, { status }]) => `${code} ${status}`);
  assertEquals(documented.toSorted(), ours.toSorted());
});
