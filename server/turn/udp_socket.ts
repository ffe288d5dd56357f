/** Sockets of node:dgram as this server needs them: bound at once, quick to receive. */

import dgram from "node:dgram";
import net from "node:net";

/**
 * Deno makes a buffer of this size for every datagram, more than any path
 * carries in one piece. With its default of 64 KiB receiving costs 2.5 times the
 * processor time, with twice this size a quarter more.
 */
const RECEIVE_BYTES = 2048;
/** On Linux Deno doubles what it is asked for, as the kernel would. */
const ASKED_BYTES = Deno.build.os === "linux"
  ? RECEIVE_BYTES / 2
  : RECEIVE_BYTES;

/** A UDP socket that is bound, or why there is none. */
export type Bound =
  | { readonly ok: true; readonly socket: dgram.Socket }
  | { readonly ok: false; readonly error: Error & { code?: string } };

/** Addresses are never names: answering at once lets sockets bind and send at once. */
function lookup(
  address: string,
  family: unknown,
  found: (error: null, address: string, family: unknown) => void,
): void {
  found(null, address, family);
}

/** Binds before it returns. Port 0 chooses one. */
export function bindUdp(host: string, port: number): Bound {
  const socket = dgram.createSocket({
    type: net.isIPv6(host) ? "udp6" : "udp4",
    ipv6Only: true,
    recvBufferSize: ASKED_BYTES,
    lookup: lookup as unknown as NonNullable<dgram.SocketOptions["lookup"]>,
  });
  let error: Error | undefined = new Error(`${host} did not answer at once`);
  socket.once("listening", () => error = undefined);
  socket.once("error", (reason) => error = reason);
  socket.bind(port, host);
  socket.removeAllListeners();
  socket.on("error", () => {}); // of one datagram; the socket goes on
  if (error === undefined) return { ok: true, socket };
  socket.close();
  return { ok: false, error };
}

/** Whether a datagram is, or may have been, larger than what is received of it. */
export function isOversized(datagram: Uint8Array): boolean {
  return datagram.length >= RECEIVE_BYTES;
}
