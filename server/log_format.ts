/** Records of the log as lines. Text in them may be hostile: it can neither end a line nor move a cursor. */

import {
  getJsonLinesFormatter,
  getTextFormatter,
  type LogRecord,
  type TextFormatter,
} from "@logtape/logtape";
import type { Config } from "./config.ts";

/** Records of this part are what the node says when it starts: in text, the bare message. */
export const START = "start";

/** How records look; with `isTimed`, text begins with the time. */
export function formatterFor(
  format: Config["logFormat"],
  { isTimed }: { isTimed: boolean },
): TextFormatter {
  if (format === "json") return formatJson;
  return getTextFormatter({
    timestamp: isTimed ? "rfc3339" : "none",
    level: "full",
    category: ([_root, ...part]) => part.join("."),
    value: (value, inspect) => oneLine(textOf(value, inspect)),
    sanitize: { sgr: "escape", newlines: "escape" },
    format: ({ timestamp, level, category, message, record }) =>
      isStart(record)
        ? message
        : `${timestamp ?? ""} ${level} ${category}: ${message}`.trimStart(),
  });
}

const formatFields = getJsonLinesFormatter();

/** The library's JSON would quote strings inside the message. */
function formatJson(record: LogRecord): string {
  const message = record.message.map((part) =>
    part instanceof Error ? `${part}` : textOf(part, Deno.inspect)
  ).join("");
  return formatFields({ ...record, message: [message] });
}

function isStart({ category }: LogRecord): boolean {
  return category.at(-1) === START;
}

function textOf(value: unknown, inspect: (value: unknown) => string): string {
  return typeof value === "string" ? value : joinLines(inspect(value));
}

/** A stack on one line. */
function joinLines(text: string): string {
  return text.split(/\n\s*/).join(" | ");
}

/** Controls, invisible directions (they make text read otherwise) and breaks become visible. */
export function oneLine(text: string): string {
  return text.replaceAll(
    /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (control) => `\\u{${control.codePointAt(0)!.toString(16)}}`,
  );
}
