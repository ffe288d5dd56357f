/** The floods: who asks for what without paying, over how many connections. */

/** What a connection asks for, again and again. */
export type FloodRequest =
  /** `GET /`. */
  | "home"
  /** A post without a stamp. */
  | "unpaid-post"
  /** A post whose token the node did not issue. */
  | "forged-token"
  /** A post with a good token, not worked for. */
  | "wrong-nonces"
  /** A stream that is closed once it has opened. */
  | "stream"
  /** Nothing: the flooder spins, which a node on the same machine notices too. */
  | "nothing";

/** One flood. */
export interface Flood {
  readonly name: string;
  readonly title: string;
  readonly request: FloodRequest;
  readonly connections: number;
  /** 1: all from 127.0.0.1, as one of the payers. Else as many as connections. */
  readonly addresses: number;
  /** Whether a connection is closed after one answer. */
  readonly isOneShot: boolean;
}

/** In the order in which they are run. */
export const FLOODS: readonly Flood[] = [
  flood("nothing", "none; the flooder only spins", "nothing", {
    connections: 0,
  }),
  flood("home", "GET /, one address", "home", {}),
  flood("home-many", "GET /, 1,000 addresses", "home", { isMany: true }),
  flood("connect", "a connection each GET /, one address", "home", {
    isOneShot: true,
  }),
  flood("connect-many", "a connection each GET /, 1,000 addresses", "home", {
    isOneShot: true,
    isMany: true,
  }),
  flood("unpaid", "posts without a stamp", "unpaid-post", {}),
  flood("streams", "streams opened and closed", "stream", { isOneShot: true }),
  flood("forged", "posts with forged tokens", "forged-token", {}),
  flood("nonces", "posts with good tokens, no work", "wrong-nonces", {}),
];

function flood(
  name: string,
  title: string,
  request: FloodRequest,
  { isMany = false, isOneShot = false, connections = isMany ? 1000 : 64 }: {
    isMany?: boolean;
    isOneShot?: boolean;
    connections?: number;
  },
): Flood {
  const addresses = isMany ? connections : 1;
  return { name, title, request, connections, addresses, isOneShot };
}

/** Address of one connection of a flood. */
export function sourceOf({ addresses }: Flood, connection: number): string {
  if (addresses === 1) return "127.0.0.1";
  const [high, low] = [Math.floor(connection / 250), connection % 250 + 1];
  return `127.1.${high}.${low}`;
}
