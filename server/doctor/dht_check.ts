/** Whether the node is in the BitTorrent DHT, and reached there by UDP. */

import type { NodeFacts } from "@sigmesh/core/wire";
import ipaddr from "ipaddr.js";
import { isIPv4 } from "node:net";
import { classOf } from "../address_class.ts";
import { decodeValue, encodeValue, isDictionary } from "../mesh/dht/message.ts";
import type { Finding } from "./finding.ts";
import { addressOf } from "./ice_server.ts";
import { type Place, UdpAsker } from "./udp_asker.ts";

const ID_BYTES = 20;
const MAX_PORT = 65_535;

/** What it says of its contacts, and whether it answers a ping. */
export async function checkDht(
  origin: string,
  { dht }: Pick<NodeFacts, "dht">,
): Promise<Finding[]> {
  if (!dht) {
    return [{ check: "dht", status: "skip", message: "the node has no DHT" }];
  }
  return [contacts(dht.contacts), await checkPort(origin, dht.port)];
}

function contacts(count: number): Finding {
  const check = "dht";
  if (count > 0) {
    return { check, status: "ok", message: `knows ${count} there` };
  }
  const message = "knows nobody there: records are out of reach, and other " +
    "nodes do not find it";
  const todo = "after the start, wait a minute; then let the node's UDP out " +
    "and answers in, and see that those of --dht-bootstrap run";
  return { check, status: "warn", message, todo };
}

async function checkPort(origin: string, port: number): Promise<Finding> {
  const check = "dht-port";
  const hostname = new URL(origin).hostname.replaceAll(/[[\]]/g, "");
  const address = await addressOf(hostname);
  if (address === undefined || !isIPv4(address)) {
    const message = `${hostname} has no IPv4 address, and the DHT no IPv6`;
    return { check, status: "skip", message };
  }
  if (port === 0 || port > MAX_PORT) {
    return { check, status: "skip", message: "the node does not listen yet" };
  }
  const at = `UDP ${address} port ${port}`;
  if (await answersPing({ address, port })) {
    return { check, status: "ok", message: `${at} answers` };
  }
  const message = `${at} does not answer`;
  if (classOf(ipaddr.parse(address)) === "private") {
    const why = "in BitTorrent's DHT nodes answer none at private addresses";
    return { check, status: "skip", message: `${message}: ${why}` };
  }
  const todo = `open UDP port ${port} to the node, and let a NAT pass it on ` +
    "unchanged; where a proxy on another machine has the name, this does not " +
    "show from here";
  return { check, status: "warn", message, todo };
}

/** By BEP 5; read-only by BEP 43, so that who heeds that takes this program for no contact. */
async function answersPing(server: Place): Promise<boolean> {
  const id = crypto.getRandomValues(new Uint8Array(ID_BYTES));
  const t = crypto.randomUUID();
  const ping = encodeValue({ a: { id }, q: "ping", ro: 1, t, y: "q" })!;
  try {
    using socket = new UdpAsker(server);
    const answer = await socket.exchange(
      () => socket.send(ping),
      (datagram) => isAnswer(datagram, t) || undefined,
    );
    return answer === true;
  } catch {
    return false; // no way there
  }
}

function isAnswer(datagram: Uint8Array, transaction: string): boolean {
  const message = decodeValue(datagram)?.value;
  return isDictionary(message) && isBytesOf("r", message.y) &&
    isBytesOf(transaction, message.t);
}

/** What a stranger bencodes need not even have a string form. */
function isBytesOf(text: string, value: unknown): boolean {
  return value instanceof Uint8Array &&
    new TextDecoder().decode(value) === text;
}
