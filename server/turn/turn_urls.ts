/** What a browser is told of where STUN and TURN are (RFC 7064, RFC 7065). */

import type { TurnEndpoint } from "./turn_server.ts";

/** URLs for `iceServers`. */
export interface IceUrls {
  readonly stun: readonly string[];
  readonly turn: readonly string[];
}

/** URLs of a server's listeners, by the name that the client dialled; IPv6 in brackets. */
export function urlsOfEndpoints(
  endpoints: readonly TurnEndpoint[],
  hostname: string,
): IceUrls {
  const turn = endpoints.map(({ transport, port }) =>
    transport === "tls"
      ? `turns:${hostname}:${port}?transport=tcp`
      : `turn:${hostname}:${port}?transport=${transport}`
  );
  return withStun([...new Set(turn)]);
}

/** Of TURN URLs as an operator gives them: who listens by UDP answers STUN there, too. */
export function withStun(turn: readonly string[]): IceUrls {
  const stun = turn
    .filter((url) => /^turn:[^?]*(\?transport=udp)?$/.test(url))
    .map((url) => url.replace(/^turn:([^?]*).*$/, "stun:$1"));
  return { stun: [...new Set(stun)], turn };
}
