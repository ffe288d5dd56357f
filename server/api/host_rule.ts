/**
 * Which origins are this node's. A stamp is bound to the origin that its
 * client dialled; were a foreign one accepted, another node could hand out
 * this node's tokens and make its own clients mine for it, and DNS rebinding
 * would reach nodes behind a firewall.
 */

import ipaddr from "ipaddr.js";
import { isLoopback, normaliseAddress } from "../address.ts";
import type { Connection } from "./exchange.ts";

/** Names by which a node may be called. */
export interface HostRule {
  /** Public origin. */
  readonly publicUrl: string | null;
  /** `host` or `host:port`, as a client would dial it. */
  readonly allowedHosts: readonly string[];
}

/**
 * The origin that the client dialled, or undefined when it is not this node's:
 * the public URL; a name of `allowedHosts`; localhost and loopback addresses,
 * whatever the port (a tunnel may change it, and who dials them dials their own
 * machine); and the very address and port at which the connection arrived.
 *
 * `authority` is the Host header in the form of WHATWG URL's `host`.
 */
export function originOf(
  authority: string,
  { publicUrl, allowedHosts }: HostRule,
  connection: Connection,
): string | undefined {
  if (publicUrl !== null && new URL(publicUrl).host === authority) {
    return publicUrl;
  }
  const { scheme } = connection;
  const origin = `${scheme}://${authority}`;
  const { hostname, port } = new URL(origin);
  const isOurs = hostname === "localhost" ||
    allowedHosts.includes(authority) ||
    isOurAddress(hostname, port || DEFAULT_PORTS[scheme], connection);
  return isOurs ? new URL(origin).origin : undefined;
}

const DEFAULT_PORTS = { http: "80", https: "443" };

function isOurAddress(
  hostname: string,
  port: string,
  { localAddress, localPort }: Connection,
): boolean {
  const address = hostname.replace(/^\[|\]$/g, "");
  if (!ipaddr.isValid(address)) return false;
  return isLoopback(address) ||
    (normaliseAddress(address) === localAddress && port === `${localPort}`);
}
