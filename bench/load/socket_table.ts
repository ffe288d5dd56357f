/** `/proc/net/tcp`: what the kernel holds for the connections of a server. */

/** One end of a connection. */
export interface SocketRow {
  /** The other end's port. */
  readonly remotePort: number;
  readonly isEstablished: boolean;
  /** Sent by the program, not yet taken by the other end. */
  readonly unsentBytes: number;
}

const ESTABLISHED = "01";

/** The rows whose local port is this, by remote port. */
export function parseSocketTable(
  text: string,
  localPort: number,
): Map<number, SocketRow> {
  const local = `:${localPort.toString(16).toUpperCase().padStart(4, "0")}`;
  const rows = new Map<number, SocketRow>();
  for (const line of text.split("\n")) {
    const [, address, remote, state, queues] = line.trim().split(/\s+/);
    if (!address?.endsWith(local) || remote === undefined) continue;
    const remotePort = parseInt(remote.slice(-4), 16);
    const unsentBytes = parseInt(queues?.slice(0, 8) ?? "", 16);
    const isEstablished = state === ESTABLISHED;
    rows.set(remotePort, { remotePort, isEstablished, unsentBytes });
  }
  return rows;
}

/** The server's ends now. */
export function readSocketTable(localPort: number): Map<number, SocketRow> {
  const text = Deno.readTextFileSync("/proc/net/tcp");
  return parseSocketTable(text, localPort);
}
