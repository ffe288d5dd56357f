/** Writes docs/limits.md from the code that sets the limits; with --check, compares. */

import { DEFAULT_CONFIG } from "../server/config.ts";
import { SERVER_LIMITS } from "../server/limits.ts";

const root = new URL("../", import.meta.url);
const output = new URL("docs/limits.md", root);

/** The comments above the fields of an object or interface, by field. */
async function commentsIn(path: string): Promise<Map<string, string>> {
  const source = await Deno.readTextFile(new URL(path, root));
  const fields = source.matchAll(
    /\/\*\*\s*([^*]*?)\s*\*\/\s*(?:readonly )?(\w+):/g,
  );
  return new Map(
    [...fields].map(([, comment, field]) => [
      field!,
      comment!.replaceAll(/\s+/g, " "),
    ]),
  );
}

function row(
  name: string,
  value: number,
  comments: Map<string, string>,
): string {
  const comment = comments.get(name);
  if (comment === undefined) throw new Error(`${name} has no comment`);
  return `| ${name} | ${value.toLocaleString("en")} | ${comment} |`;
}

const fixed = new Map([
  ...await commentsIn("core/wire.ts"),
  ...await commentsIn("server/limits.ts"),
]);
const settable = await commentsIn("server/config.ts");
const { maxMemoryBytes, maxSubscribers, maxSubscribersPerIp } = DEFAULT_CONFIG;
const { maxUnpaid, maxUnpaidPerIp } = DEFAULT_CONFIG;
const options = {
  maxMemoryBytes,
  maxSubscribers,
  maxSubscribersPerIp,
  maxUnpaid,
  maxUnpaidPerIp,
};
const header = "| limit | value | what it bounds, and what happens there |\n" +
  "| --- | ---: | --- |";
const text = `# Limits

Made from the code by \`deno task limits\`; do not edit.

## Fixed

${header}
${
  Object.entries(SERVER_LIMITS).map(([name, value]) => row(name, value, fixed))
    .join("\n")
}

## Set by options

${header}
${
  Object.entries(options).map(([name, value]) => row(name, value, settable))
    .join("\n")
}
`;

function withoutLayout(markdown: string): string {
  return markdown.replaceAll(/[ \-|:]+/g, " ");
}

if (Deno.args.includes("--check")) {
  const present = await Deno.readTextFile(output).catch(() => "");
  if (withoutLayout(present) !== withoutLayout(text)) {
    console.error("docs/limits.md is not what the code says: deno task limits");
    Deno.exit(1);
  }
} else {
  await Deno.writeTextFile(output, text);
}
