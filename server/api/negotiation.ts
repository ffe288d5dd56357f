/** In which form a request wants its answer, and answers in that form. */

import { type ApiRequest, Reply, type RequestHeaders } from "./exchange.ts";
import { problemOf, type Refusal } from "./problem.ts";
import type { Page } from "./views/page.tsx";
import { problemPage } from "./views/problem_page.tsx";

/** JSON for programs, a page for people. */
export type Format = "json" | "html";

/** JSON when Content-Type or Accept names it, else HTML. */
export function formatFor(headers: RequestHeaders): Format {
  const namesJson = (name: string) =>
    typesIn(headers.get(name)).some((type) => type.includes("json"));
  return namesJson("accept") || namesJson("content-type") ? "json" : "html";
}

/** Whether a room's event stream is asked for. */
export function wantsEventStream(headers: RequestHeaders): boolean {
  return typesIn(headers.get("accept")).includes("text/event-stream");
}

/** Clients say the same again and again; beyond so many spellings all are forgotten. */
const MAX_SPELLINGS = 256;
/** Browsers' own are shorter; one of 16 KiB would keep as many types in memory. */
const MAX_SPELLING_CHARACTERS = 256;
const typesBySpelling = new Map<string, readonly string[]>();

/** The media types of a header, in lower case, but those that it rules out (`q=0`). */
function typesIn(header: string | null): readonly string[] {
  if (header === null) return [];
  let types = typesBySpelling.get(header);
  if (types === undefined) {
    types = header.toLowerCase().split(",")
      .filter((item) => !/;\s*q=0(\.0*)?\s*(;|$)/.test(item))
      .map((item) => item.split(";", 1)[0]!.trim());
    if (header.length > MAX_SPELLING_CHARACTERS) return types;
    if (typesBySpelling.size >= MAX_SPELLINGS) typesBySpelling.clear();
    typesBySpelling.set(header, types);
  }
  return types;
}

/** A value as JSON, or as the page that is made of it. */
export function respond(
  request: ApiRequest,
  value: unknown,
  page: () => Page,
  status = 200,
): Reply {
  if (formatFor(request.headers) === "html") {
    return sendPage(page(), { status });
  }
  return new Reply(
    status,
    headersOf("application/json"),
    JSON.stringify(value),
  );
}

/** A refusal: problem details for programs, a page for people. */
export function refuse(request: ApiRequest, refusal: Refusal): Reply {
  const problem = problemOf(refusal);
  const { headers } = request;
  const isPage = formatFor(headers) === "html" && !wantsEventStream(headers);
  const { status } = problem;
  if (isPage) {
    const page = problemPage(problem, request.url.pathname);
    return sendPage(page, { status, headers: refusal.headers });
  }
  const fields = {
    ...headersOf("application/problem+json"),
    ...refusal.headers,
  };
  return new Reply(status, fields, JSON.stringify(problem));
}

function sendPage(
  { html, policy }: Page,
  { status, headers = {} }: {
    status: number;
    headers?: Readonly<Record<string, string>> | undefined;
  },
): Reply {
  const fields = {
    ...headersOf("text/html; charset=utf-8"),
    "content-security-policy": policy,
    ...headers,
  };
  return new Reply(status, fields, html);
}

/** What these answers tell is true for a moment, and depends on the headers read here. */
function headersOf(contentType: string): Record<string, string> {
  return {
    "content-type": contentType,
    "cache-control": "no-store",
    "vary": "accept, content-type",
  };
}
