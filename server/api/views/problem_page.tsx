/** What people see when a request is refused. */

import { type Problem, problemCodeOf } from "@sigmesh/core/wire";
import { describeHeight, Facts, renderPage } from "./page.tsx";

/** Everything in a problem is public. */
export function problemPage(problem: Problem): string {
  const { status, title, detail, token, height } = problem;
  return renderPage(
    `${status} ${title}`,
    <>
      <h1>{title}</h1>
      <p>{detail}</p>
      <Facts
        facts={{
          Status: status,
          Code: <code>{problemCodeOf(problem)}</code>,
          ...(height === undefined ? {} : { Owed: describeHeight(height) }),
          ...(token === undefined ? {} : { Token: <code>{token}</code> }),
        }}
      />
    </>,
  );
}
