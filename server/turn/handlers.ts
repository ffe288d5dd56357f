/** The methods that change an allocation, RFC 8656, sections 7, 8, 10 and 12. */

import { Buffer } from "node:buffer";
import type { Clock } from "../clock.ts";
import type { TurnLimits } from "../limits.ts";
import type { Allocation } from "./allocation.ts";
import type { Allocations } from "./allocations.ts";
import { type Outcome, writeAnswer } from "./answers.ts";
import {
  ATTRIBUTE,
  decodeUint32,
  decodeXorAddress,
  FAMILY,
  type TransportAddress,
} from "./attributes.ts";
import { parseAllocate } from "./allocate_request.ts";
import type { Holder } from "./authenticator.ts";
import type { Client } from "./client.ts";
import { bytesOfIp, familyOfBytes, textOfIp } from "./ip.ts";
import { type Message, METHOD, readUint16 } from "./message.ts";
import type { Reach, ReachRules } from "./reach.ts";
import type { RelayAddresses } from "./relay_addresses.ts";
import type { RelayPorts } from "./relay_ports.ts";
import type { Tally } from "./tally.ts";

/** A request whose sender is known. */
export interface SignedRequest {
  readonly message: Message;
  readonly client: Client;
  readonly holder: Holder;
}

/** The same for the methods that need an allocation. */
type HeldRequest = SignedRequest & { readonly allocation: Allocation };

/** What handlers work with. */
export interface HandlerParts {
  readonly clock: Clock;
  readonly limits: TurnLimits;
  readonly allocations: Allocations;
  readonly addresses: RelayAddresses;
  readonly ports: RelayPorts;
  readonly reach: ReachRules;
  readonly tally: Tally;
}

/** RFC 8656, section 12; the wider range of RFC 5766, which older clients use. */
const LEAST_CHANNEL = 0x4000;
const MOST_CHANNEL = 0x7ffe;

/** A peer that may be reached. */
interface ReachablePeer extends TransportAddress {
  readonly reach: Reach;
}

/** Decides requests that are signed. */
export class Handlers {
  readonly #parts: HandlerParts;

  constructor(parts: HandlerParts) {
    this.#parts = parts;
  }

  /** The answer's bytes. */
  answer(request: SignedRequest): Uint8Array {
    const { message, client, holder } = request;
    this.#endExpired(client);
    const retransmitted = this.#answerGivenBefore(request);
    if (retransmitted !== undefined) return retransmitted;
    if (message.method === METHOD.allocate) return this.#allocate(request);
    const { allocation } = client;
    const outcome = allocation === undefined
      ? { code: 437 as const }
      : allocation.holder.username !== holder.username
      ? { code: 441 as const }
      : this.#decide({ ...request, allocation });
    return this.#write(request, outcome);
  }

  /** The clockwork that ends them comes once a second. */
  #endExpired({ allocation }: Client): void {
    const { clock, allocations } = this.#parts;
    if (allocation !== undefined && allocation.expiresAt <= clock.now()) {
      allocations.end(allocation);
    }
  }

  #answerGivenBefore(
    { message, client: { allocation } }: SignedRequest,
  ): Uint8Array | undefined {
    if (allocation === undefined || message.method !== METHOD.allocate) {
      return undefined;
    }
    const { transactionId, answer } = allocation.made;
    return Buffer.compare(transactionId, message.transactionId) === 0
      ? answer
      : undefined;
  }

  #decide(request: HeldRequest): Outcome {
    switch (request.message.method) {
      case METHOD.refresh:
        return this.#refresh(request);
      case METHOD.createPermission:
        return this.#createPermission(request);
      case METHOD.channelBind:
        return this.#channelBind(request);
      default:
        return { code: 400 };
    }
  }

  #allocate(request: SignedRequest): Uint8Array {
    const { message, client, holder } = request;
    const { allocations, addresses, tally } = this.#parts;
    if (client.allocation !== undefined) {
      return this.#write(request, { code: 437 });
    }
    const wanted = parseAllocate(message);
    if ("code" in wanted) return this.#write(request, wanted);
    const { family, wish, lifetimeSeconds } = wanted;
    if (wish.kind !== "reserved" && !addresses.has(family)) {
      return this.#write(request, { code: 440 });
    }
    const grant = allocations.grant({ client, holder, family, wish });
    if (typeof grant === "number") return this.#write(request, { code: grant });
    const relayed = {
      address: bytesOfIp(addresses.advertised(grant.family)!),
      port: grant.relay.port,
    };
    const { expiresAt, seconds } = this.#lifetime(holder, lifetimeSeconds);
    const answer = this.#write(request, {
      add: (success) => {
        success.addXorAddress(ATTRIBUTE.xorRelayedAddress, relayed)
          .addUint32(ATTRIBUTE.lifetime, seconds)
          .addXorAddress(ATTRIBUTE.xorMappedAddress, mappedAddress(client));
        if (grant.token !== undefined) {
          const token = Buffer.from(grant.token, "hex");
          success.add(ATTRIBUTE.reservationToken, token);
        }
      },
    });
    const transactionId = message.transactionId.slice();
    const made = { transactionId, answer };
    allocations.add(grant, { client, holder, expiresAt, made });
    tally.allocationsMade++;
    return answer;
  }

  #refresh({ message, holder, allocation }: HeldRequest): Outcome {
    const family = message.valueOf(ATTRIBUTE.requestedAddressFamily);
    if (family !== undefined && family[0] !== FAMILY[allocation.family]) {
      return { code: 443 };
    }
    const lifetime = message.valueOf(ATTRIBUTE.lifetime);
    const wanted = decodeUint32(lifetime);
    if (lifetime !== undefined && wanted === undefined) return { code: 400 };
    if (wanted === 0) {
      this.#parts.allocations.end(allocation);
      return { add: (success) => success.addUint32(ATTRIBUTE.lifetime, 0) };
    }
    const { expiresAt, seconds } = this.#lifetime(holder, wanted);
    allocation.expiresAt = expiresAt;
    return { add: (success) => success.addUint32(ATTRIBUTE.lifetime, seconds) };
  }

  #createPermission({ message, allocation }: HeldRequest): Outcome {
    const values = message.attributes.filter(({ type }) =>
      type === ATTRIBUTE.xorPeerAddress
    );
    if (values.length === 0) return { code: 400 };
    const peers: ReachablePeer[] = [];
    for (const { value } of values) {
      const peer = this.#peerOf(value, { message, allocation });
      if ("code" in peer) return peer;
      peers.push(peer);
    }
    const now = this.#parts.clock.now();
    const addresses = peers.map(({ address }) => address);
    if (!allocation.peers.hasRoomFor(addresses, now)) return { code: 508 };
    for (const { address, reach } of peers) {
      allocation.peers.permit(address, {
        reach,
        until: this.#permitUntil(now),
      });
    }
    return { add: () => {} };
  }

  #channelBind({ message, allocation }: HeldRequest): Outcome {
    const { clock, limits } = this.#parts;
    const { peers } = allocation;
    const channel = message.valueOf(ATTRIBUTE.channelNumber);
    const value = message.valueOf(ATTRIBUTE.xorPeerAddress);
    if (channel?.length !== 4 || value === undefined) return { code: 400 };
    const number = readUint16(channel, 0);
    if (number < LEAST_CHANNEL || number > MOST_CHANNEL) return { code: 400 };
    const peer = this.#peerOf(value, { message, allocation });
    if ("code" in peer) return peer;
    const { address, port, reach } = peer;
    if (port === 0) return { code: 400 };
    if (!this.#isOpenPort(reach, port)) return { code: 403 };
    const now = clock.now();
    const refusal = peers.refusalOfBind(number, { peer, now });
    if (refusal === "taken") return { code: 400 };
    if (refusal === "full" || !peers.hasRoomFor([address], now)) {
      return { code: 508 };
    }
    const host = peers.permit(address, {
      reach,
      until: this.#permitUntil(now),
    });
    const until = now + limits.turnChannelSeconds * 1000;
    peers.bind(number, { host, port, until });
    return { add: () => {} };
  }

  #peerOf(
    value: Uint8Array,
    { message, allocation }: { message: Message; allocation: Allocation },
  ): ReachablePeer | { code: 400 | 403 | 443 } {
    const peer = decodeXorAddress(value, message.transactionId);
    if (peer === undefined) return { code: 400 };
    const { address, port } = peer;
    if (familyOfBytes(address) !== allocation.family) return { code: 443 };
    const reach = this.#parts.reach.reachOf(address, textOfIp(address));
    return reach === undefined ? { code: 403 } : { address, port, reach };
  }

  /** Where only our relayed addresses are open, whichever of them exist by now. */
  #isOpenPort({ isRelaysOnly, closedPorts }: Reach, port: number): boolean {
    return !closedPorts.includes(port) &&
      (!isRelaysOnly || this.#parts.ports.includes(port));
  }

  #permitUntil(now: number): number {
    return now + this.#parts.limits.turnPermissionSeconds * 1000;
  }

  /** RFC 8656, section 7.2: not less than the default; and no allocation long outlives what paid for it. */
  #lifetime(
    { expiresAt: credentialExpiresAt }: Holder,
    wantedSeconds = 0,
  ): { expiresAt: number; seconds: number } {
    const { clock, limits } = this.#parts;
    const now = clock.now();
    const granted = Math.min(
      Math.max(wantedSeconds, limits.turnDefaultLifetimeSeconds),
      limits.turnMaxLifetimeSeconds,
    );
    const end = credentialExpiresAt + limits.turnGraceSeconds * 1000;
    const seconds = Math.floor(Math.min(granted, (end - now) / 1000));
    return { expiresAt: now + seconds * 1000, seconds };
  }

  #write({ message, holder }: SignedRequest, outcome: Outcome): Uint8Array {
    if ("code" in outcome) this.#parts.tally.refuse(outcome.code);
    return writeAnswer(message, { outcome, key: holder.key });
  }
}

/** Where a client's packets come from, as it is told. */
export function mappedAddress({ address, port }: Client): TransportAddress {
  return { address: bytesOfIp(address), port };
}
