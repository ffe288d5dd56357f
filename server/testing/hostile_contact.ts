/** A contact in the DHT that says what a test wants. */

import { Buffer } from "node:buffer";
import bencode from "bencode";

/** A query as it came. */
export interface Heard {
  /** `ping`, `find_node`, `get`, … */
  readonly q: string;
  readonly a: Record<string, unknown>;
  /** The contact's own id. */
  readonly id: Buffer;
  readonly t: Buffer;
}

/** The `r` of an answer, a whole datagram, or silence. */
export type Say = (
  heard: Heard,
) => Record<string, unknown> | Uint8Array | undefined;

/** Such a contact. */
export interface HostileContact {
  readonly host: string;
  readonly port: number;
  /** Queries so far, by name. */
  readonly heard: readonly string[];
  close(): void;
}

/** Listens on a free port of 127.0.0.1. Answers whatever it has no words for as a good contact does. */
export function startHostileContact(say: Say): HostileContact {
  const at = { transport: "udp", hostname: "127.0.0.1", port: 0 } as const;
  const socket = Deno.listenDatagram(at);
  const id = Buffer.from(crypto.getRandomValues(new Uint8Array(20)));
  const heard: string[] = [];
  async function serve(): Promise<void> {
    for await (const [bytes, from] of socket) {
      const { q, a, t, y } = bencode.decode(bytes) as Record<string, Buffer>;
      if (`${y}` !== "q") continue;
      heard.push(`${q}`);
      const query = { q: `${q}`, a: a as unknown as Heard["a"], t: t!, id };
      const said = ["ping", "find_node"].includes(query.q)
        ? { nodes: Buffer.alloc(0) }
        : say(query);
      if (said === undefined) continue;
      await socket.send(
        said instanceof Uint8Array ? said : answer(query, said),
        from,
      );
    }
  }
  void serve();
  const { hostname: host, port } = socket.addr as Deno.NetAddr;
  return { host, port, heard, close: () => socket.close() };
}

/** An answer as a datagram. */
export function answer(
  { t, id }: Heard,
  r: Record<string, unknown>,
): Uint8Array {
  return bencode.encode({ t, y: "r", r: { id, ...r } });
}

/** An error as a datagram. */
export function error({ t }: Heard, code: number): Uint8Array {
  return bencode.encode({ t, y: "e", e: [code, "no"] });
}

/** Asks a contact once; resolves with its whole answer. */
export async function askOnce(
  { port }: { port: number },
  q: string,
  a: Record<string, unknown>,
): Promise<Record<string, unknown>> {
  const at = { transport: "udp", hostname: "127.0.0.1" } as const;
  const socket = Deno.listenDatagram({ ...at, port: 0 });
  const id = Buffer.alloc(20, 1);
  const query = { t: Buffer.from("aa"), y: "q", q, a: { id, ...a } };
  await socket.send(bencode.encode(query), { ...at, port });
  const [bytes] = await socket.receive();
  socket.close();
  return bencode.decode(bytes) as Record<string, unknown>;
}
