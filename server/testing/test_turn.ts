/** A real TURN server on loopback, with a clock that stands still. */

import { assertEquals } from "@std/assert";
import type { TurnLimits } from "../limits.ts";
import { issueCredential, type TurnCredential } from "../turn/credential.ts";
import { startTurn } from "../turn/start_turn.ts";
import type {
  TurnEndpoint,
  TurnOptions,
  TurnServer,
} from "../turn/turn_server.ts";
import { FakeClock } from "./fake_clock.ts";
import { TurnClient } from "./turn_client.ts";

export const TURN_OPTIONS: TurnOptions = {
  hosts: ["127.0.0.1"],
  port: 0,
  tlsPort: 0,
  certificate: null,
  relayPorts: { least: 49_152, most: 49_663 },
  externalIp: null,
  secret: "a secret of tests",
  allowPrivate: true,
};

/** A server and what tests do to it. */
export class TestTurn {
  readonly server: TurnServer;
  readonly clock: FakeClock;
  readonly #clients: TurnClient[] = [];

  constructor(server: TurnServer, clock: FakeClock) {
    this.server = server;
    this.clock = clock;
  }

  /** Unix seconds. */
  get now(): number {
    return this.clock.now() / 1000;
  }

  endpoint(
    transport: TurnEndpoint["transport"] = "udp",
    address?: string,
  ): TurnEndpoint {
    return this.server.endpoints.find((endpoint) =>
      endpoint.transport === transport &&
      (address === undefined || endpoint.address === address)
    )!;
  }

  credential(ttlSeconds = 3600): TurnCredential {
    const expiresAt = Math.floor(this.now) + ttlSeconds;
    return issueCredential(TURN_OPTIONS.secret, { expiresAt });
  }

  /** A client over UDP; it is closed with the test. */
  async client(
    credential = this.credential(),
    address?: string,
  ): Promise<TurnClient> {
    return this.#keep(
      await TurnClient.udp(this.endpoint("udp", address), credential),
    );
  }

  /** The same over TCP or TLS. */
  async streamClient(
    transport: "tcp" | "tls" = "tcp",
    credential = this.credential(),
  ): Promise<TurnClient> {
    const at = this.endpoint(transport);
    const isEncrypted = transport === "tls";
    return this.#keep(await TurnClient.tcp({ ...at, isEncrypted }, credential));
  }

  async closeClients(): Promise<void> {
    await Promise.all(this.#clients.map((client) => client.close()));
  }

  #keep(client: TurnClient): TurnClient {
    this.#clients.push(client);
    return client;
  }
}

/** A test on a server of its own, which must not have failed inside. */
export function turnTest(
  name: string,
  run: (turn: TestTurn) => Promise<void>,
  { options = {}, limits = {}, ...more }: {
    options?: Partial<TurnOptions>;
    limits?: Partial<TurnLimits>;
    ignore?: boolean;
  } = {},
): void {
  Deno.test({
    name,
    ...more,
    fn: () => withTurn({ options, limits }, run),
  });
}

export async function withTurn(
  { options = {}, limits = {} }: {
    options?: Partial<TurnOptions>;
    limits?: Partial<TurnLimits>;
  },
  run: (turn: TestTurn) => Promise<void>,
): Promise<void> {
  const clock = new FakeClock();
  const faults: unknown[] = [];
  const server = await startTurn({ ...TURN_OPTIONS, ...options }, {
    ...{ clock, limits },
    onFault: (fault) => faults.push(fault),
  });
  const turn = new TestTurn(server, clock);
  try {
    await run(turn);
    assertEquals(faults, []);
  } finally {
    await turn.closeClients();
    await server.close();
  }
}
