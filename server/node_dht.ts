/** The part of a node that is the DHT: where it listens and what it keeps. */

import { isIPv4 } from "node:net";
import ipaddr from "ipaddr.js";
import { isLoopback } from "./address.ts";
import { classOf } from "./address_class.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { type JoinedDhtConfig, PUBLIC_ROUTERS } from "./dht_config.ts";
import { logOf } from "./log.ts";
import { Dht } from "./mesh/dht/dht.ts";
import { contactFile, NO_STORE } from "./mesh/dht/contacts.ts";
import type { RendezvousOptions } from "./mesh/dht/rendezvous.ts";
import type { Network } from "./mesh/members/network.ts";
import { hostsOf } from "./node_turn.ts";

const log = logOf("dht");

/** Makes one, which does not listen yet; null for a node without. */
export async function buildDht(
  config: Config,
  { warn, network, ...neighbours }: {
    /** Null for a node that neither announces itself nor looks for others. */
    rendezvous: RendezvousOptions | null;
    network: Pick<Network, "resolve">;
    clock: Clock;
    random: () => number;
    warn: (message: string) => void;
    onFault: (fault: unknown) => void;
  },
): Promise<Dht | null> {
  const { dht, dataDir } = config;
  if (dht.kind === "none") return null;
  return new Dht({
    host: hostOf(config),
    address: await addressOf(config, network),
    bootstrap: dht.bootstrap ?? PUBLIC_ROUTERS,
    mayBePrivate: dht.bootstrap !== null,
    contacts: dataDir === null
      ? NO_STORE
      : contactFile(`${dataDir}/dht_contacts.json`, warn),
    tell: (message) => log.info("{message}", { message }),
    ...neighbours,
  });
}

/** A default port that is taken gives way to a free one; one that was asked for is an error. */
export function startDht(
  dht: Dht,
  { dht: config }: Config,
  warn: (message: string) => void,
): void {
  const { port, isPortExplicit } = config as JoinedDhtConfig;
  try {
    dht.start(port);
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string };
    if (code !== "EADDRINUSE" || isPortExplicit) {
      throw new Error(
        `the DHT cannot listen: ${message}; choose another --dht-port, or do ` +
          "without: --no-dht",
        { cause },
      );
    }
    warn(
      `Port ${port} of the DHT is taken, choosing a free one; --dht-port sets ` +
        "another.",
    );
    dht.start(0);
  }
}

/** Where the node is reached, in IPv4, which is all that this DHT speaks. */
function hostOf(config: Config): string {
  const [host = ""] = hostsOf(config);
  if (isIPv4(host)) return host;
  return isLoopback(host) ? "127.0.0.1" : "0.0.0.0";
}

/** The address that the world sees, as far as the operator has told it. */
async function addressOf(
  { turn, publicUrl }: Config,
  { resolve }: Pick<Network, "resolve">,
): Promise<string | undefined> {
  const told = turn.kind === "embedded" ? turn.externalIp : null;
  const named = publicUrl === null
    ? []
    : await resolve(new URL(publicUrl).hostname);
  return [told, ...named].find((address) =>
    address !== null && isIPv4(address) &&
    classOf(ipaddr.parse(address)) === "public"
  ) ?? undefined;
}
