import { assert, assertMatch, assertStringIncludes } from "@std/assert";
import type { Problem, ProblemCode } from "@sigmesh/core/wire";
import { problemOf, PROBLEMS } from "../problem.ts";
import { problemPage } from "./problem_page.tsx";

function pageOf(code: ProblemCode, extras: Partial<Problem> = {}): string {
  const problem = problemOf({ code, detail: "What happened.", extras });
  return problemPage(problem, "/room/ab").html;
}

Deno.test("every refusal says what happened and what to do next", () => {
  for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
    const html = pageOf(code);
    assertStringIncludes(html, PROBLEMS[code].title);
    assertMatch(
      html,
      /What happened\.<\/p>(<p>[A-Z][^<]+\.<\/p>|.*How to pay)/s,
      code,
    );
  }
});

Deno.test("one that asks for payment says how much, and leads to where a browser pays", () => {
  const html = pageOf("stamp-too-low", { token: "abc", height: 16, owed: 17 });
  assertStringIncludes(html, "16.00 bits, 65,536 hashes on average");
  assertStringIncludes(html, "<code>abc</code>");
  assertStringIncludes(html, "17.00 bits");
  assertStringIncludes(html, 'href="/room/ab?pay#pay"');
});

Deno.test("a stamp for something else shows what this node hashed", () => {
  const url = "https://node.example/room/ab";
  const expected = { method: "POST", url, bodyHash: "xyz" };
  assertMatch(pageOf("stamp-mismatch", { expected }), /POST.*room\/ab.*xyz/s);
});

Deno.test("links lead home, unless this address is refused as a whole", () => {
  assertStringIncludes(pageOf("not-found"), 'href="/"');
  for (const code of ["host-refused", "denied"] as const) {
    assert(!pageOf(code).includes("<a "), code);
  }
});

Deno.test("a path is no way to bring markup into the page", () => {
  const problem = problemOf({ code: "stamp-missing", detail: "<b>" });
  const { html } = problemPage(problem, '/"><script>');
  assert(!/<script|<b>/.test(html));
});
