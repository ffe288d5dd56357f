/** The options of STUN and TURN -> {@linkcode TurnConfig}. */

import type { Command } from "commander";
import { count, option } from "./cli_option.ts";
import {
  parseExternalIp,
  parseRelayPorts,
  parseSecret,
  parseText,
  parseTurnUrls,
} from "./config.ts";
import { DEFAULT_TURN, type TurnConfig } from "./turn_config.ts";

/** Options of the node's own server alone, by the name that commander gives them. */
const EMBEDDED_OPTIONS = {
  turnPort: "--turn-port",
  turnTlsPort: "--turn-tls-port",
  turnCert: "--turn-cert",
  turnKey: "--turn-key",
  turnRelayPorts: "--turn-relay-ports",
  turnExternalIp: "--turn-external-ip",
  turnAllowPrivate: "--turn-allow-private",
} as const;

const EXTERNAL_OPTIONS = {
  turnUrl: "--turn-url",
  turnSecret: "--turn-secret",
} as const;

/** Adds them to a command. */
export function addTurnOptions(command: Command): void {
  const { port, tlsPort } = DEFAULT_TURN;
  command
    .addOption(option("--no-turn", "without STUN and TURN"))
    .addOption(
      option(
        "--turn-port <number>",
        "port of STUN and TURN, UDP and TCP; 0 chooses a free one",
        count(0, 65535),
      ).default(port),
    )
    .addOption(
      option(
        "--turn-tls-port <number>",
        "port of TURN over TLS, served where there is a certificate",
        count(0, 65535),
      ).default(tlsPort),
    )
    .addOption(option(
      "--turn-cert <file>",
      "certificate chain of TURN over TLS, PEM (default: that of --cert)",
      parseText,
    ))
    .addOption(
      option("--turn-key <file>", "private key of --turn-cert, PEM", parseText),
    )
    .addOption(
      option(
        "--turn-relay-ports <range>",
        "UDP ports of relayed addresses",
        parseRelayPorts,
      ).default(DEFAULT_TURN.relayPorts, "49152-49663"),
    )
    .addOption(option(
      "--turn-external-ip <address>",
      "behind a NAT: the address by which the world reaches this machine",
      parseExternalIp,
    ))
    .addOption(option(
      "--turn-allow-private",
      "relay to peers in private networks and on this machine, too",
    ))
    .addOption(option(
      "--turn-url <urls>",
      "TURN servers to hand out instead of the node's own, separated by commas",
      parseTurnUrls,
    ))
    .addOption(option(
      "--turn-secret <text>",
      "secret that those servers share with the node",
      parseSecret,
    ));
}

/** Whether commander's name of an option is one of these. */
export function isTurnOption(name: string): boolean {
  return name === "turn" || name in EMBEDDED_OPTIONS ||
    name in EXTERNAL_OPTIONS;
}

/** What is wrong with the options together, or undefined. */
export function faultOfTurn(command: Command): string | undefined {
  const given = command.opts();
  return faultOfPair({
    "--turn-url": given.turnUrl,
    "--turn-secret": given.turnSecret,
  }) ?? faultOfPair({
    "--turn-cert": given.turnCert,
    "--turn-key": given.turnKey,
  }) ?? faultOfKind(command) ?? faultOfPorts(command);
}

/** Which of two options misses the other. */
export function faultOfPair(
  pair: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const given = Object.keys(pair).filter((name) => pair[name] !== undefined);
  if (given.length !== 1) return undefined;
  const missing = Object.keys(pair).find((name) => name !== given[0]);
  return `${given[0]} needs ${missing}: both, or neither`;
}

/** An option that would silently have no effect. */
function faultOfKind(command: Command): string | undefined {
  const { turn, turnUrl } = command.opts();
  const [reason, idle] = turn === false
    ? ["--no-turn", { ...EMBEDDED_OPTIONS, ...EXTERNAL_OPTIONS }]
    : turnUrl !== undefined
    ? ["--turn-url", EMBEDDED_OPTIONS]
    : ["", {}];
  const vain = Object.entries<string>(idle)
    .find(([name]) => isExplicit(command, name));
  return vain &&
    `${vain[1]} has no effect beside ${reason}: leave one of them out`;
}

function faultOfPorts(command: Command): string | undefined {
  const { turnPort, turnTlsPort, turnCert, cert } = command.opts();
  if (!isExplicit(command, "turnTlsPort")) return undefined;
  if (turnCert === undefined && cert === undefined) {
    return "--turn-tls-port needs a certificate: --turn-cert and --turn-key, " +
      "or --cert and --key";
  }
  return turnPort === turnTlsPort && turnPort !== 0
    ? "--turn-port and --turn-tls-port must differ: both are TCP ports"
    : undefined;
}

function isExplicit(command: Command, name: string): boolean {
  const source = command.getOptionValueSource(name);
  return source !== undefined && source !== "default";
}

/** What the options say, once they have no fault. */
export function turnConfigFrom(command: Command): TurnConfig {
  const given = command.opts();
  const { turnUrl: urls, turnSecret: secret } = given;
  if (!given.turn) return { kind: "none" };
  if (urls !== undefined) return { kind: "external", urls, secret };
  const { turnCert: cert, turnKey: key } = given;
  return {
    kind: "embedded",
    port: given.turnPort,
    isPortExplicit: isExplicit(command, "turnPort"),
    tlsPort: given.turnTlsPort,
    isTlsPortExplicit: isExplicit(command, "turnTlsPort"),
    certificate: cert === undefined ? null : { cert, key },
    relayPorts: given.turnRelayPorts,
    externalIp: given.turnExternalIp ?? null,
    allowPrivate: given.turnAllowPrivate ?? false,
  };
}
