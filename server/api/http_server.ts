/**
 * The server underneath: `node:http`, and with a certificate `node:http2`, which
 * speaks HTTP/1.1 too. `Deno.serve` would be faster for short answers, but a
 * stream costs it four times the memory, and it cannot close a reader that
 * stopped reading.
 */

import http from "node:http";
import http2 from "node:http2";
import type { Socket } from "node:net";
import { SERVER_LIMITS } from "../limits.ts";
import type { Certificate } from "./certificate.ts";
import type { Upgrades } from "./upgrades.ts";

/** Of either kind. */
export type Server = http.Server | http2.Http2SecureServer;

/** Patience with slow clients, and how often it is looked at. */
export const TIMES = {
  headersTimeout: SERVER_LIMITS.headerSeconds * 1000,
  requestTimeout: SERVER_LIMITS.requestSeconds * 1000,
  keepAliveTimeout: SERVER_LIMITS.idleSeconds * 1000,
  connectionsCheckingInterval: 1000,
  maxHeaderSize: SERVER_LIMITS.headerBytes,
};

/** Makes a server; with a certificate it serves only encrypted connections. */
export function createServer({ certificate, upgrades, onSession }: {
  certificate: Certificate | undefined;
  upgrades: Upgrades | undefined;
  /** Told of connections of HTTP/2. */
  onSession: (session: http2.ServerHttp2Session) => void;
}): Server {
  // An upgrade that is not taken is a request like any other: some clients always offer HTTP/2.
  const shouldUpgradeCallback = (req: http.IncomingMessage) =>
    upgrades?.takes(req) ?? false;
  const options = { ...TIMES, shouldUpgradeCallback };
  if (certificate === undefined) return http.createServer(options);
  const server = http2.createSecureServer({
    ...options,
    ...certificate.pair,
    allowHTTP1: true,
    handshakeTimeout: TIMES.headersTimeout,
    settings: {
      maxConcurrentStreams: SERVER_LIMITS.streamsPerConnection,
      maxHeaderListSize: SERVER_LIMITS.headerBytes,
    },
  });
  certificate.onChange((pair) => server.setSecureContext(pair));
  server.on("session", onSession);
  server.on("tlsClientError", (_error: Error, socket: Socket) => {
    socket.destroy();
  });
  return server;
}
