/**
 * Small public records by nodes: mutable items of BitTorrent's DHT (BEP 44).
 * Whoever holds an Ed25519 key publishes by it; anybody who knows the public
 * key gets the latest. Nodes carry the items and are paid for that by proof of
 * work; what they say is verified here.
 *
 * ```ts ignore
 * import { dhtGet, dhtPut, encodeText, signMutableItem } from "@sigmesh/client/dht";
 * import { NodeClient } from "@sigmesh/client";
 *
 * const node = new NodeClient("https://node.example");
 * const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]);
 * const item = await signMutableItem(pair, { seq: 1, v: encodeText("hello") });
 * await dhtPut(node, item);
 * const found = await dhtGet(node, { k: item.k });
 * ```
 *
 * @module
 */

import { LIMITS, parseQuote, problemCodeOf } from "@sigmesh/core/wire";
import {
  DHT_PATHS,
  formatMutableItem,
  formatMutableKey,
  type MutableItem,
  type MutableKey,
  type MutablePut,
  parseMutableItem,
  type PutReceipt,
  verifyMutableItem,
} from "@sigmesh/core/mutable_item";
import { NodeProtocolError, NodeRefusalError } from "./errors.ts";
import type { NodeClient, PostOptions } from "./node_client.ts";
import type { Cost } from "./payment.ts";

export {
  decodeText,
  encodeText,
  type MutableContent,
  type MutableItem,
  type MutableKey,
  type MutablePut,
  type PutReceipt,
  signMutableItem,
  targetOfItem,
  verifyMutableItem,
} from "@sigmesh/core/mutable_item";

/**
 * The latest item of a key and salt, with what it has cost; undefined when the
 * DHT has none, which is paid for as well. Nodes cannot alter an item, but an
 * old one may be all that they find.
 *
 * Rejects as `NodeClient` does, and with `NodeProtocolError` when the owner of
 * the key did not sign what the node gave.
 */
export async function dhtGet(
  node: NodeClient,
  key: MutableKey,
  options: PostOptions = {},
): Promise<(MutableItem & { readonly cost: Cost }) | undefined> {
  const body = encode(formatMutableKey(key));
  let found;
  try {
    found = await node.buy(DHT_PATHS.get, {
      body,
      parse: readItem,
      ...options,
    });
  } catch (error) {
    const isMissing = error instanceof NodeRefusalError &&
      problemCodeOf(error.problem) === "item-not-found";
    if (isMissing) return undefined;
    throw error;
  }
  const { salt = new Uint8Array() } = key;
  // Under the key that was asked for: the node's own would prove nothing.
  const item = { ...found, k: key.k, salt };
  if (await verifyMutableItem(item)) return item;
  throw new NodeProtocolError(
    `${node.origin} gave an item that its owner did not sign: use another node`,
  );
}

/**
 * Publishes an item, signed by `signMutableItem`. With `cas`, only in place of
 * the item that has this `seq`. The DHT forgets it two hours after: put it
 * again each hour for as long as it is to be found.
 *
 * Rejects as `NodeClient` does: a refusal with the code `dht-conflict` says
 * that a later item is there. Throws RangeError for an item that is too large
 * for a request, and TypeError for one that was altered after it was signed.
 */
export async function dhtPut(
  node: NodeClient,
  item: MutablePut,
  options: PostOptions = {},
): Promise<PutReceipt & { readonly cost: Cost }> {
  if (!await verifyMutableItem(item)) {
    throw new TypeError("Cannot put an item whose signature is not of its key");
  }
  const body = encode(formatMutableItem(item));
  return await node.buy(DHT_PATHS.put, {
    body,
    parse: readReceipt,
    ...options,
  });
}

function encode(json: unknown): Uint8Array<ArrayBuffer> {
  const body = new TextEncoder().encode(JSON.stringify(json));
  if (body.length > LIMITS.postBytes) {
    throw new RangeError(
      `A request has at most ${LIMITS.postBytes} bytes, this one ` +
        `${body.length}: shorten the value or the salt`,
    );
  }
  return body;
}

function readItem(json: unknown): MutableItem | undefined {
  const read = parseMutableItem(json);
  if (!read.ok) return undefined;
  const { k, salt, seq, v, sig } = read.value;
  return { k, salt, seq, v, sig };
}

function readReceipt(json: unknown): PutReceipt | undefined {
  const quote = parseQuote(json);
  const { stored } = Object(json);
  return quote && Number.isSafeInteger(stored) && stored > 0
    ? { ...quote, stored }
    : undefined;
}
