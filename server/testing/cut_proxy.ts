/** A TCP proxy before a node, so that a test can break its connections. */

import net from "node:net";

/** See {@linkcode startCutProxy}. */
export interface CutProxy extends AsyncDisposable {
  /** As a node's `--allowed-hosts` takes it. */
  readonly host: string;
  readonly origin: string;
  /** What comes from now on goes to this port of 127.0.0.1. */
  leadTo(port: number): void;
  /** What comes from now on is accepted and never answered. */
  swallow(): void;
  /** Lets what is open stand still: nothing comes through, nothing closes. */
  freeze(): void;
  /** Breaks what is open. */
  cut(): void;
  /** Breaks what is open and listens no more: a node that died without a word. */
  kill(): Promise<void>;
}

/** Starts a proxy on a free port; it leads nowhere yet. */
export async function startCutProxy(): Promise<CutProxy> {
  let target: number | undefined;
  const open = new Set<net.Socket>();
  const hold = (socket: net.Socket) => {
    open.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => open.delete(socket));
  };
  const server = net.createServer((client) => {
    hold(client);
    if (target === undefined) return;
    const node = net.connect(target, "127.0.0.1");
    hold(node);
    client.pipe(node).pipe(client);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const host = `127.0.0.1:${(server.address() as net.AddressInfo).port}`;
  const cut = () => open.forEach((socket) => socket.destroy());
  const kill = async () => {
    cut();
    if (!server.listening) return;
    await new Promise((resolve) => server.close(resolve));
  };
  return {
    host,
    origin: `http://${host}`,
    leadTo: (port) => target = port,
    swallow: () => target = undefined,
    freeze: () => open.forEach((socket) => socket.unpipe()),
    cut,
    kill,
    [Symbol.asyncDispose]: kill,
  };
}
