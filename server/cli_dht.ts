/** The options of the DHT -> {@linkcode DhtConfig}. */

import type { Command } from "commander";
import { count, option } from "./cli_option.ts";
import { parseBootstrap } from "./config.ts";
import { DEFAULT_DHT, type DhtConfig } from "./dht_config.ts";

/** Options of no use without a DHT, by the name that commander gives them. */
const DHT_OPTIONS = {
  dhtPort: "--dht-port",
  dhtBootstrap: "--dht-bootstrap",
} as const;

/** Adds them to a command. */
export function addDhtOptions(command: Command): void {
  command
    .addOption(option("--no-dht", "without the BitTorrent DHT"))
    .addOption(
      option(
        "--dht-port <number>",
        "UDP port of the BitTorrent DHT; 0 chooses a free one",
        count(0, 65535),
      ).default(DEFAULT_DHT.port),
    )
    .addOption(option(
      "--dht-bootstrap <nodes>",
      "nodes of a DHT to join by, host:port, separated by commas " +
        "(default: public routers of BitTorrent's)",
      parseBootstrap,
    ));
}

/** Whether commander's name of an option is one of these. */
export function isDhtOption(name: string): boolean {
  return name === "dht" || name in DHT_OPTIONS;
}

/** What is wrong with the options together, or undefined. */
export function faultOfDht(command: Command): string | undefined {
  if (command.opts().dht) return undefined;
  const vain = Object.entries(DHT_OPTIONS).find(([name]) => {
    const source = command.getOptionValueSource(name);
    return source !== undefined && source !== "default";
  });
  return vain &&
    `${vain[1]} has no effect beside --no-dht: leave one of them out`;
}

/** What the options say, once they have no fault. */
export function dhtConfigFrom(command: Command): DhtConfig {
  const { dht, dhtPort: port, dhtBootstrap: bootstrap = null } = command.opts();
  if (!dht) return { kind: "none" };
  const isPortExplicit = command.getOptionValueSource("dhtPort") !== "default";
  return { kind: "joined", port, isPortExplicit, bootstrap };
}
