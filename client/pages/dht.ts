/** The script of the pages about the DHT. */

import {
  DHT_PATHS,
  type Parsed,
  parseMutableItem,
  parseMutableKey,
} from "@sigmesh/core/mutable_item";
import { decodeText, dhtGet, dhtPut } from "../dht.ts";
import { NodeClient } from "../node_client.ts";
import { openPayAndTry, type Paid, type PayFor } from "./pay_and_try.ts";

const node = new NodeClient(location.origin);
const isPut = location.pathname === DHT_PATHS.put;

openPayAndTry(isPut ? put : get);

async function put(
  ...[text, options]: Parameters<PayFor>
): Promise<Paid> {
  const item = read(text, parseMutableItem);
  const { stored, cost } = await dhtPut(node, item, options);
  const facts = { "Nodes that keep it": `${stored}` };
  return { outcome: "Stored, status 200.", facts, cost };
}

async function get(
  ...[text, options]: Parameters<PayFor>
): Promise<Paid> {
  const found = await dhtGet(node, read(text, parseMutableKey), options);
  if (found === undefined) throw new Error("The DHT has no such item.");
  const { seq, v, cost } = found;
  const facts = {
    "Signed by its key": "yes",
    Number: `${seq}`,
    Value: decodeText(v) ?? `${v.length} bytes, no text`,
  };
  return { outcome: "Found, status 200.", facts, cost };
}

function read<T>(text: string, parse: (json: unknown) => Parsed<T>): T {
  const parsed = parse(JSON.parse(text));
  if (parsed.ok) return parsed.value;
  throw new TypeError(`${parsed.field}: expected ${parsed.expected}`);
}
