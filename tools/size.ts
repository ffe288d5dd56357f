/**
 * What the client costs a page: client/mod.ts and all that it imports but
 * hash-wasm, minified and gzipped as `deno task build` does. With --check it
 * only says whether that is within the budget.
 */

import { gzipSync } from "node:zlib";
import { bundleClient, minifyMapped } from "./client_bundle.ts";
import { gzipWell } from "./compress.ts";

const BUDGET_BYTES = 25_600;

/** Parts of the client; a file is of the first that fits. */
const PARTS: readonly (readonly [string, RegExp])[] = [
  ["proof of work and wire format", /^core\//],
  ["a node's API", /^client\/(node_client|node_http|payment|errors|signals)/],
  ["data", /^client\/(data|incoming|outgoing|send|transfer|bytes)/],
  [
    "channels",
    /^client\/(channel|event|known|node_sel|page\.|page_s|replay|room_str|stream|watch)/,
  ],
  ["rooms", /^client\//],
];

/** A piece of the bundle, and the file that it came from. */
interface Piece {
  readonly file: string;
  readonly code: string;
}

/** The client, cut by its source map. */
async function piecesOfClient(): Promise<Piece[]> {
  const bundle = await bundleClient({ isMeasured: true });
  const { code, map } = await minifyMapped(bundle);
  const { sources, mappings } = JSON.parse(map);
  return cut(code.split("\n"), mappings.split(";"))
    .map(({ source, code }) => ({ file: sources[source], code }));
}

/** Cuts lines at the mappings of each (ECMA-426, section 9.2), of which only column and source count here. */
function cut(lines: readonly string[], mappings: readonly string[]) {
  const pieces: { source: number; code: string }[] = [];
  let source = 0;
  for (const [i, line] of lines.entries()) {
    let end = 0;
    let column = 0;
    for (const mapping of mappings[i]?.split(",").filter(Boolean) ?? []) {
      const [columns = 0, sources = 0] = decodeVlq(mapping);
      column += columns;
      pieces.push({ source, code: line.slice(end, column) });
      end = column;
      source += sources;
    }
    pieces.push({ source, code: line.slice(end) + "\n" });
  }
  return pieces;
}

const DIGITS =
  "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Numbers of 5 bits a digit, the lowest first, the lowest bit the sign. */
function decodeVlq(text: string): number[] {
  const numbers: number[] = [];
  let value = 0;
  let bits = 0;
  for (const digit of text) {
    const part = DIGITS.indexOf(digit);
    value |= (part & 31) << bits;
    bits += 5;
    if (part & 32) continue;
    numbers.push(value & 1 ? -(value >> 1) : value >> 1);
    value = bits = 0;
  }
  return numbers;
}

function codeOf(pieces: readonly Piece[]): string {
  return pieces.map(({ code }) => code).join("");
}

/** By zlib: parts are many, and the best packing takes a second each. */
function gzippedBytes(pieces: readonly Piece[]): number {
  return gzipSync(codeOf(pieces), { level: 9 }).length;
}

function printParts(pieces: readonly Piece[]): void {
  const total = gzippedBytes(pieces);
  const partOf = (file: string) =>
    PARTS.find(([, files]) => files.test(file))?.[0] ?? file;
  const saved = (isGone: (file: string) => boolean) =>
    total - gzippedBytes(pieces.filter(({ file }) => !isGone(file)));
  const print = (bytes: number, name: string) =>
    console.log(`${bytes.toLocaleString("en").padStart(8)}  ${name}`);
  const files = [...new Set(pieces.map(({ file }) => file))];
  console.log("Without it the whole would have so many bytes less:");
  for (const part of new Set(files.map(partOf))) {
    print(saved((file) => partOf(file) === part), part);
    files.filter((file) => partOf(file) === part)
      .map((file) => ({ file, bytes: saved((other) => other === file) }))
      .sort((a, b) => b.bytes - a.bytes)
      .forEach(({ file, bytes }) => print(bytes, `    ${file}`));
  }
}

const pieces = await piecesOfClient();
if (!Deno.args.includes("--check")) printParts(pieces);
const code = new TextEncoder().encode(codeOf(pieces));
const total = (await gzipWell(code)).length;
console.log(
  `client/mod.ts: ${total.toLocaleString("en")} bytes of ` +
    `${BUDGET_BYTES.toLocaleString("en")}`,
);
if (total > BUDGET_BYTES) Deno.exit(1);
