/** What a connection is known by, and what is remembered of it between its requests. */

import type http from "node:http";
import type { Socket } from "node:net";
import type { Connection } from "./exchange.ts";
import { type Incoming, isHttp2 } from "./incoming.ts";
import type { Outgoing } from "./outgoing.ts";

/** A connection between its requests. */
export interface Carrier {
  /** By which it is known among all. */
  readonly key: string;
  /** Where its requests come from, unless a proxy makes them, for many. */
  readonly connection: Connection | undefined;
  /** Requests that are not yet answered, and how many of these answers are held. */
  unanswered: number;
  held: number;
  /** Requests that were not answered, since their client asked for too much. */
  cutOff: number;
  /** Whether, with HTTP/1.1, a body is still to come. */
  isReceiving: boolean;
  /** Whether, being of HTTP/1.1, it carries a stream: its last answer. */
  isStreaming: boolean;
}

/** RFC 9113, section 7. */
const ENHANCE_YOUR_CALM = 11;

/**
 * With HTTP/1.1 a stream has its connection for itself: answers to what was asked
 * before or after it could only wait, and fill the memory. Its answer has no
 * socket while another one goes out, nor after the client has gone.
 */
export function mayStream(
  carrier: Carrier,
  { req, res }: { req: Incoming; res: Outgoing },
): boolean {
  if (isHttp2(req)) return true;
  carrier.isStreaming = true;
  const { socket } = res as http.ServerResponse;
  return carrier.unanswered === 1 && socket !== null;
}

/** With HTTP/1.1 the whole connection; with HTTP/2 it carries others', too. */
export function endRequest(req: Incoming): void {
  if (isHttp2(req)) req.stream.close(ENHANCE_YOUR_CALM);
  else req.socket.destroy();
}

/** Both ends of a connection. */
export function keyOf(
  { remoteAddress, remotePort, localAddress, localPort }: Pick<
    Socket,
    "remoteAddress" | "remotePort" | "localAddress" | "localPort"
  >,
): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`;
}
