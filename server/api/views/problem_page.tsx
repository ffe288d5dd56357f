/** What people see when a request is refused: what happened, and what to do next. */

import {
  type Problem,
  type ProblemCode,
  problemCodeOf,
} from "@sigmesh/core/wire";
import type { ComponentChildren, VNode } from "preact";
import { Facts, type Page, renderPage } from "./page.tsx";
import { formatHeight, formatWork } from "./quantities.ts";

const UNPAID = 401;
/** Of these the links would be refused as well. */
const REFUSED_AS_A_WHOLE: ReadonlySet<string> = new Set<ProblemCode>([
  "host-refused",
  "denied",
]);

/** Everything in a problem is public. `path` is what was asked for. */
export function problemPage(problem: Problem, path: string): Page {
  const { status, title, detail, expected } = problem;
  const code = problemCodeOf(problem);
  const hasLinks = !REFUSED_AS_A_WHOLE.has(code);
  return renderPage(
    `${status} ${title}`,
    <>
      <h1 class="status bad">{title}</h1>
      <p class="lead">{detail}</p>
      {status === UNPAID
        ? <Payment problem={problem} path={path} />
        : <p>{NEXT[status]}</p>}
      {hasLinks && (
        <p class="actions">
          <a class="button" href="/">To this node's status</a>
        </p>
      )}
      <h2>Details</h2>
      <Facts
        facts={{
          Status: status,
          Code: <code>{code}</code>,
          ...(expected === undefined ? {} : {
            "This node hashed": (
              <code>
                {expected.method} {expected.url} {expected.bodyHash}
              </code>
            ),
          }),
        }}
      />
    </>,
    { hasLinks },
  );
}

/** By status; what is true for one code only is in the problem's detail. */
const NEXT: Readonly<Record<number, ComponentChildren>> = {
  400: "Correct the request and send it again.",
  403: "Use another node; only this one's operator can change that.",
  404: "Check the address, or start from the status page: it has every path.",
  405: "Send the request with another method.",
  408: "Send it again, over a faster connection.",
  409: "Get what is there first.",
  410: "Send the request without a body: it buys a new one.",
  413: "Shorten it and send it again: bodies are for introductions only.",
  421:
    "If you did not start this node, use the address that its operator gave.",
  429: "Close other windows on this node, or wait a little and try again.",
  431: "Send fewer or shorter headers.",
  500: "Try again. If it fails again, tell the operator when it happened.",
  503: "Wait a little and reload, or use another node.",
};

function Payment(
  { problem, path }: { problem: Problem; path: string },
): VNode {
  const { token, height, owed } = problem;
  // The query makes it another document than this one, which has the same path.
  const form = `${path}?pay#pay`;
  return (
    <>
      <h2>What it costs</h2>
      <Facts
        facts={{
          ...(height === undefined ? {} : {
            Owed: `${formatHeight(height)}, ${formatWork(height)}`,
          }),
          ...(token === undefined ? {} : { Token: <code>{token}</code> }),
          ...(owed === undefined
            ? {}
            : { "Owed by your token": formatHeight(owed) }),
        }}
      />
      <h2>How to pay</h2>
      <p>
        <a href={form}>Let your browser pay</a>, use{" "}
        <a href="/client.js">the library</a>, or solve the challenge yourself as
        {" "}
        <code>docs/protocol.md</code> of this software says.
      </p>
    </>
  );
}
