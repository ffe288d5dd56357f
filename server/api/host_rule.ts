/**
 * Which origins are this node's. A stamp is bound to the origin that its
 * client dialled; were a foreign one accepted, another node could hand out
 * this node's tokens and make its own clients mine for it, and DNS rebinding
 * would reach nodes behind a firewall.
 */

import { isAddress, isLoopback, normaliseAddress } from "../address.ts";
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
 * the public URL; a name of `allowedHosts`; and, with the port at which the
 * connection arrived, localhost, a loopback address (who dials it dials their
 * own machine, also through a container's address) or the very address at which
 * it arrived.
 *
 * `authority` is the Host header in the form of WHATWG URL's `host`.
 */
export function originOf(
  authority: string,
  { publicUrl, allowedHosts }: HostRule,
  connection: Connection,
): string | undefined {
  if (publicUrl !== null) {
    const { protocol, origin } = new URL(publicUrl);
    if (URL.parse(`${protocol}//${authority}`)?.origin === origin) {
      return origin;
    }
  }
  const { origin, hostname, port } = new URL(
    `${connection.scheme}://${authority}`,
  );
  if (allowedHosts.includes(authority)) return origin;
  const isOurPort = (port || DEFAULT_PORTS[connection.scheme]) ===
    `${connection.localPort}`;
  return isOurPort && isOurHost(hostname, connection) ? origin : undefined;
}

const DEFAULT_PORTS = { http: "80", https: "443" };

function isOurHost(hostname: string, { localAddress }: Connection): boolean {
  if (hostname === "localhost") return true;
  const address = hostname.replace(/^\[|\]$/g, "");
  return isAddress(address) &&
    (isLoopback(address) || normaliseAddress(address) === localAddress);
}
