/** The options of the mesh. */

import type { Command } from "commander";
import { count, option } from "./cli_option.ts";
import { parsePeers } from "./config.ts";

/** Without a mesh these would silently have no effect. */
const MESH_OPTIONS = { peers: "--peers", announcePort: "--announce-port" };

/** Adds them to a command. */
export function addMeshOptions(command: Command): void {
  command
    .addOption(option("--no-mesh", "without other nodes"))
    .addOption(option(
      "--peers <origins>",
      "nodes to begin with, separated by commas: https://node.example",
      parsePeers,
    ))
    .addOption(option(
      "--announce-port <number>",
      "port at which others learn the public URL (default: 8001 with https)",
      count(0, 65535),
    ))
    .addOption(option(
      "--allow-private",
      "take nodes at private addresses and without TLS, too: for a LAN",
    ));
}

/** What is wrong with the options together, or undefined. */
export function faultOfMesh(command: Command): string | undefined {
  const given = command.opts();
  const vain = Object.entries(MESH_OPTIONS)
    .find(([name]) => given[name] !== undefined);
  if (!given.mesh && vain !== undefined) {
    return `${vain[1]} has no effect beside --no-mesh: leave one of them out`;
  }
  if (given.announcePort !== undefined && given.publicUrl === undefined) {
    return "--announce-port needs --public-url: it is what is announced";
  }
  const plain = given.peers?.find((peer: string) => peer.startsWith("http:"));
  return plain === undefined || given.allowPrivate
    ? undefined
    : `--peers ${plain} cannot be verified: use https, or --allow-private in ` +
      "a network of your own";
}
