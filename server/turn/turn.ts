/** What comes from clients: told apart, answered or relayed. It knows no listener. */

import { randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { TurnLimits } from "../limits.ts";
import { Allocations } from "./allocations.ts";
import {
  type ErrorCode,
  type Outcome,
  writeAnswer,
  writeChallenge,
} from "./answers.ts";
import { ATTRIBUTE, isUnknownRequired } from "./attributes.ts";
import { Authenticator } from "./authenticator.ts";
import { ByteBudget } from "./byte_budget.ts";
import type { Client } from "./client.ts";
import { DataPath, isChannelData, isSendIndication } from "./data_path.ts";
import { Handlers, mappedAddress } from "./handlers.ts";
import { hasGoodFingerprint } from "./integrity.ts";
import { addressesOfMachine } from "./machine.ts";
import { decodeMessage, KIND, type Message, METHOD } from "./message.ts";
import { Nonces } from "./nonce.ts";
import type { Outbox } from "./outbox.ts";
import { type OwnListener, PeerFilter } from "./peer_filter.ts";
import { ReachRules } from "./reach.ts";
import { RelayAddresses } from "./relay_addresses.ts";
import { RelayPorts } from "./relay_ports.ts";
import { Renewals } from "./renewals.ts";
import type { Tally } from "./tally.ts";
import type { TurnEndpoint, TurnOptions } from "./turn_server.ts";

const METHODS: ReadonlySet<number> = new Set([
  METHOD.allocate,
  METHOD.refresh,
  METHOD.createPermission,
  METHOD.channelBind,
]);

/** The parts behind the listeners, put together. */
export class Turn {
  readonly allocations: Allocations;
  readonly renewals: Renewals;
  readonly #tally: Tally;
  readonly #authenticator: Authenticator;
  readonly #handlers: Handlers;
  readonly #data: DataPath;
  readonly #onFault: (fault: unknown) => void;
  #stop = () => {};

  constructor({ options, endpoints, clock, limits, tally, outbox, onFault }: {
    options: TurnOptions;
    /** Where the listeners are: nobody is relayed to them. */
    endpoints: readonly TurnEndpoint[];
    clock: Clock;
    limits: TurnLimits;
    tally: Tally;
    outbox: Outbox;
    onFault: (fault: unknown) => void;
  }) {
    const { secret, allowPrivate } = options;
    const addresses = new RelayAddresses(options);
    const ports = new RelayPorts(options.relayPorts);
    this.#tally = tally;
    this.#onFault = onFault;
    this.renewals = new Renewals({ clock, most: limits.turnRenewals });
    const nonces = new Nonces({ secret: randomBytes(32), clock });
    const { renewals } = this;
    this.#authenticator = new Authenticator({
      secret,
      clock,
      nonces,
      renewals,
    });
    this.allocations = new Allocations({
      ...{ clock, limits, addresses, ports },
      onDatagram: (allocation, datagram) =>
        this.#guard(() => this.#data.relayDatagram(allocation, datagram)),
    });
    const { allocations } = this;
    const ownPorts = [...new Set(endpoints.map(({ port }) => port))];
    const reach = new ReachRules({
      filter: new PeerFilter({
        allowPrivate,
        own: [...endpoints, ...behindNat(options.externalIp, ownPorts)],
        machine: addressesOfMachine(),
      }),
      ownPorts,
      relays: addresses,
    });
    const parts = {
      clock,
      limits,
      allocations,
      addresses,
      ports,
      reach,
      tally,
    };
    this.#handlers = new Handlers(parts);
    const budget = new ByteBudget({
      bytesPerSecond: limits.turnBytesPerSecond,
      now: clock.now(),
    });
    this.#data = new DataPath({ clock, allocations, tally, budget, outbox });
  }

  start(): void {
    const stopRenewals = this.renewals.start();
    this.allocations.start();
    this.#stop = stopRenewals;
  }

  close(): void {
    this.#stop();
    this.allocations.close();
  }

  /** Takes one whole message of a client. Never throws. */
  receive(client: Client, bytes: Uint8Array): void {
    this.#guard(() => {
      if (isChannelData(bytes)) this.#data.relayChannelData(client, bytes);
      else if (isSendIndication(bytes)) this.#data.relaySend(client, bytes);
      else this.#receiveMessage(client, bytes);
    });
  }

  /** Deno swallows what a listener of a socket throws. */
  #guard(run: () => void): void {
    try {
      run();
    } catch (fault) {
      this.#tally.faults++;
      this.#onFault(fault);
    }
  }

  #receiveMessage(client: Client, bytes: Uint8Array): void {
    const message = decodeMessage(bytes);
    if (message === undefined || !hasGoodFingerprint(message)) {
      return this.#tally.drop("malformed");
    }
    // Indications get no answer; answers were not asked for.
    if (message.kind !== KIND.request) return;
    const dropped = client.send(this.#answer(message, client));
    if (dropped !== undefined) this.#tally.drop(dropped);
  }

  #answer(message: Message, client: Client): Uint8Array {
    if (message.method === METHOD.binding) return this.#bind(message, client);
    if (!METHODS.has(message.method)) {
      return this.#refuse(message, { code: 400 });
    }
    const holder = this.#authenticator.authenticate(message, client);
    if (holder === 400) return this.#refuse(message, { code: 400 });
    if (typeof holder === "number") {
      this.#tally.refuse(holder);
      const authenticator = this.#authenticator;
      return writeChallenge(message, { code: holder, client, authenticator });
    }
    const unknown = unknownOf(message);
    return unknown.length > 0
      ? this.#refuse(message, { code: 420, unknown }, holder.key)
      : this.#handlers.answer({ message, client, holder });
  }

  /** Binding, for everybody: it tells clients where their packets come from. */
  #bind(message: Message, client: Client): Uint8Array {
    const unknown = unknownOf(message);
    if (unknown.length > 0) {
      return this.#refuse(message, { code: 420, unknown });
    }
    const mapped = mappedAddress(client);
    const outcome: Outcome = {
      add: (success) =>
        success.addXorAddress(ATTRIBUTE.xorMappedAddress, mapped),
    };
    return writeAnswer(message, { outcome, key: undefined });
  }

  #refuse(
    message: Message,
    refusal: { code: ErrorCode; unknown?: readonly number[] },
    key?: Uint8Array,
  ): Uint8Array {
    this.#tally.refuse(refusal.code);
    return writeAnswer(message, { outcome: refusal, key });
  }
}

/** Our listeners once more, where a NAT sends what is for its own address back to us. */
function behindNat(
  externalIp: string | null,
  ports: readonly number[],
): OwnListener[] {
  return externalIp === null
    ? []
    : ports.map((port) => ({ address: externalIp, port }));
}

function unknownOf({ attributes }: Message): number[] {
  return attributes.map(({ type }) => type).filter(isUnknownRequired);
}
