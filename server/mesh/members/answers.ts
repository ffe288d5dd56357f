/** What other nodes say of themselves, read as if they lied. */

import { parseToken } from "@sigmesh/core";
import { parseNodeFacts, parseNodes, PROTOCOL } from "@sigmesh/core/wire";
import { parseNodeKey } from "./node_key.ts";

const MAX_ORIGIN_CHARACTERS = 255;

/** Why an answer is not a node's. */
export type AnswerFault =
  | "no-node"
  | "other-protocol"
  | "other-origin"
  | "no-key";

/** What is taken from `GET /` of a node. */
export interface NodeAnswer {
  readonly key: string;
  readonly height: number;
  /** Unix time at that node, to the second. */
  readonly timeMs: number;
}

/**
 * An origin by which a node may be reached: https, in the one form that URLs
 * have. Ports below 1024 but those of the web are refused: a request there is
 * an attack on what listens, in our name.
 */
export function parseMeshOrigin(
  text: unknown,
  { allowPrivate }: { allowPrivate: boolean },
): string | undefined {
  if (typeof text !== "string" || text.length > MAX_ORIGIN_CHARACTERS) {
    return undefined;
  }
  const url = URL.parse(text);
  if (url === null || url.origin !== text || url.hostname === "") {
    return undefined;
  }
  const isScheme = url.protocol === "https:" ||
    (allowPrivate && url.protocol === "http:");
  return isScheme && isWebPort(Number(url.port || 443)) ? text : undefined;
}

/** Whether requests may go to a port that a stranger named. */
export function isWebPort(port: number): boolean {
  return port === 80 || port === 443 || (port >= 1024 && port <= 65_535);
}

/** The origin that a node names where it is reached by an address. Undefined when it names none. */
export function parseHintAnswer(
  body: Uint8Array,
  options: { allowPrivate: boolean },
): string | undefined {
  const { name, url } = fieldsOf(parseJson(body));
  return name === "sigmesh" ? parseMeshOrigin(url, options) : undefined;
}

/** Reads `GET /` of the node at an origin. Never throws. */
export function parseNodeAnswer(
  body: Uint8Array,
  origin: string,
): { ok: true; value: NodeAnswer } | { ok: false; reason: AnswerFault } {
  const json = parseJson(body);
  const { name, protocol } = fieldsOf(json);
  if (name !== "sigmesh") return { ok: false, reason: "no-node" };
  if (protocol !== PROTOCOL) return { ok: false, reason: "other-protocol" };
  const facts = parseNodeFacts(json);
  if (facts === undefined) return { ok: false, reason: "no-node" };
  // Else any name that leads to a node would make another one of it.
  if (facts.url !== origin) return { ok: false, reason: "other-origin" };
  const key = parseNodeKey(facts.key);
  if (key === undefined) return { ok: false, reason: "no-key" };
  const token = parseToken(facts.token);
  if (!token.ok) return { ok: false, reason: "no-node" };
  const timeMs = token.value.issuedAt * 1000;
  return { ok: true, value: { key, height: facts.height, timeMs } };
}

/** Reads `GET /nodes`; of more than `most` the rest is not looked at. Never throws. */
export function parseNodeList(
  body: Uint8Array,
  { most }: { most: number },
): readonly string[] {
  return parseNodes(parseJson(body))?.slice(0, most) ?? [];
}

function parseJson(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
}
