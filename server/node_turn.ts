/** The part of a node that is STUN and TURN: put together, and started. */

import { LIMITS } from "@sigmesh/core/wire";
import { isLoopback, isLoopbackName, isWildcard } from "./address.ts";
import type { PemPair } from "./api/certificate.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import { CredentialDesk } from "./turn/credential_desk.ts";
import { type StartTurn, TurnKeeper } from "./turn/turn_keeper.ts";
import type { TurnOffer } from "./turn/turn_offer.ts";
import { urlsOfEndpoints, withStun } from "./turn/turn_urls.ts";
import type { EmbeddedTurnConfig, ExternalTurnConfig } from "./turn_config.ts";

/** What tests replace. */
export interface TurnSurroundings {
  readonly startTurn: StartTurn;
  /** Life of a credential. */
  readonly turnLifetimeSeconds?: number | undefined;
}

/** What a node's TURN needs of the others. */
interface TurnNeighbours extends TurnSurroundings {
  readonly clock: Clock;
  readonly warn: (message: string) => void;
  readonly onFault: (fault: unknown) => void;
}

/** A TURN part, and how it is started; null for a node without. */
export interface TurnPart {
  readonly offer: TurnOffer;
  /** Rejects when the node's own server cannot listen. */
  start(certificate: PemPair | null): Promise<void>;
  /** Takes another certificate in place of the one that it was started with. */
  setCertificate(certificate: PemPair): void;
  close(): Promise<void>;
}

/** Puts the part together that the options ask for. */
export function buildTurn(
  config: Config,
  neighbours: TurnNeighbours,
): TurnPart | null {
  const { turn } = config;
  switch (turn.kind) {
    case "none":
      return null;
    case "external":
      return external(turn, neighbours);
    case "embedded":
      return embedded(config, { turn, neighbours });
  }
}

function external(
  { urls, secret }: ExternalTurnConfig,
  { clock, turnLifetimeSeconds }: TurnNeighbours,
): TurnPart {
  const lifetimeSeconds = turnLifetimeSeconds ?? LIMITS.turnCredentialSeconds;
  const desk = new CredentialDesk({
    ...{ clock, secret, renew: null, lifetimeSeconds },
  });
  const iceUrls = withStun(urls);
  return {
    offer: { desk, urlsAt: () => iceUrls, keeper: null },
    start: () => Promise.resolve(),
    setCertificate: () => {},
    close: () => Promise.resolve(),
  };
}

function embedded(
  config: Config,
  { turn, neighbours }: {
    turn: EmbeddedTurnConfig;
    neighbours: TurnNeighbours;
  },
): TurnPart {
  const { clock, startTurn, turnLifetimeSeconds, ...told } = neighbours;
  const { publicUrl } = config;
  const secret = crypto.getRandomValues(new Uint8Array(32)).toHex();
  const keeper: TurnKeeper = new TurnKeeper({
    clock,
    start: startTurn,
    isPortExplicit: turn.isPortExplicit,
    isTlsPortExplicit: turn.isTlsPortExplicit,
    renewals: () => desk.renewals,
    ...told,
  });
  const desk = new CredentialDesk({
    clock,
    secret,
    renew: (username, expiresAt) => keeper.renew(username, expiresAt),
    lifetimeSeconds: turnLifetimeSeconds ?? LIMITS.turnCredentialSeconds,
  });
  const { port, tlsPort, relayPorts, externalIp, allowPrivate } = turn;
  return {
    offer: {
      desk,
      urlsAt(origin) {
        const { hostname } = new URL(publicUrl ?? origin);
        return urlsOfEndpoints(keeper.endpoints, hostname);
      },
      keeper,
    },
    async start(certificate) {
      const hosts = hostsOf(config);
      try {
        await keeper.start({
          ...{ hosts, port, tlsPort, certificate },
          ...{ relayPorts, externalIp, secret, allowPrivate },
        });
      } catch (cause) {
        throw new Error(
          `STUN and TURN cannot listen: ${(cause as Error).message}; choose ` +
            "another --turn-port, or do without: --no-turn",
          { cause },
        );
      }
    },
    setCertificate: (certificate) => keeper.setCertificate(certificate),
    close: () => keeper.close(),
  };
}

/**
 * Where STUN, TURN, the DHT and hints listen. A public node that is on loopback is behind a
 * proxy, and no proxy carries these: the world must reach it without.
 */
export function hostsOf({ host, publicUrl }: Config): string[] {
  const isBehindProxy = publicUrl !== null && isLoopback(host) &&
    !isLoopbackName(new URL(publicUrl).hostname);
  return isWildcard(host) || isBehindProxy ? ["0.0.0.0", "::"] : [host];
}
