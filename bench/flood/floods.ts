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

const ONE_ADDRESS = { connections: 64, addresses: 1, isOneShot: false };
const MANY_ADDRESSES = { connections: 1000, addresses: 1000, isOneShot: false };

/** In the order in which they are run. */
export const FLOODS: readonly Flood[] = [
  {
    name: "nothing",
    title: "none; the flooder only spins",
    request: "nothing",
    ...ONE_ADDRESS,
    connections: 0,
  },
  {
    name: "home",
    title: "GET /, one address",
    request: "home",
    ...ONE_ADDRESS,
  },
  {
    name: "home-many",
    title: "GET /, 1,000 addresses",
    request: "home",
    ...MANY_ADDRESSES,
  },
  {
    name: "connect",
    title: "a connection each GET /, one address",
    request: "home",
    ...ONE_ADDRESS,
    isOneShot: true,
  },
  {
    name: "connect-many",
    title: "a connection each GET /, 1,000 addresses",
    request: "home",
    ...MANY_ADDRESSES,
    isOneShot: true,
  },
  {
    name: "unpaid",
    title: "posts without a stamp",
    request: "unpaid-post",
    ...ONE_ADDRESS,
  },
  {
    name: "streams",
    title: "streams opened and closed",
    request: "stream",
    ...ONE_ADDRESS,
    isOneShot: true,
  },
  {
    name: "streams-many",
    title: "the same, 1,000 addresses",
    request: "stream",
    ...MANY_ADDRESSES,
    isOneShot: true,
  },
  {
    name: "forged",
    title: "posts with forged tokens",
    request: "forged-token",
    ...ONE_ADDRESS,
  },
  {
    name: "nonces",
    title: "posts with good tokens, no work",
    request: "wrong-nonces",
    ...ONE_ADDRESS,
  },
];

/** Address of one connection of a flood. */
export function sourceOf({ addresses }: Flood, connection: number): string {
  if (addresses === 1) return "127.0.0.1";
  const [high, low] = [Math.floor(connection / 250), connection % 250 + 1];
  return `127.1.${high}.${low}`;
}
