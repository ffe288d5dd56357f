/** STUN and TURN servers as nodes name them (RFC 7064, RFC 7065), and their addresses. */

import { lookup } from "node:dns/promises";
import { within } from "./within.ts";

const DNS_MS = 5_000;

/** Where a server listens. */
export interface IceServer {
  readonly url: string;
  readonly transport: "udp" | "tcp" | "tls";
  /** An IPv6 address without brackets. */
  readonly hostname: string;
  readonly port: number;
}

/** Undefined for what has another form. */
export function parseIceServer(url: string): IceServer | undefined {
  const found =
    /^(?:stun|turn)(s?):(?:\[([^\]]+)\]|([^:?]+))(?::(\d{1,5}))?(?:\?transport=(udp|tcp))?$/
      .exec(url);
  if (found === null) return undefined;
  const [, secure, v6, name, port, transport] = found;
  const isTls = secure === "s" && transport !== "udp";
  return {
    url,
    transport: isTls ? "tls" : transport === "tcp" ? "tcp" : "udp",
    hostname: v6 ?? name!,
    port: Number(port ?? (isTls ? 5349 : 3478)),
  };
}

/** Its address, of IPv4 where there is one; undefined when the name has none, or nobody tells. */
export async function addressOf(hostname: string): Promise<string | undefined> {
  try {
    const found = await within(DNS_MS, lookup(hostname, { all: true }));
    return (found?.find(({ family }) => family === 4) ?? found?.[0])?.address;
  } catch {
    return undefined;
  }
}
