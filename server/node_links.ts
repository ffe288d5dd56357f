/** The part of a node that is the mesh: its links and what goes over them. */

import type { verify } from "@sigmesh/core";
import type { LinkDoor } from "./api/upgrades.ts";
import type { Clock } from "./clock.ts";
import type { Denial } from "./denial.ts";
import type { Effort } from "./load/effort.ts";
import type { Price } from "./load/load_sampler.ts";
import { Federation, type MeshSelf } from "./mesh/links/federation.ts";
import type { Dial } from "./mesh/links/link_socket.ts";
import type { Members } from "./mesh/members/member.ts";
import type { VerifyToken } from "./mesh/links/token_signatures.ts";
import {
  MESH_PATH,
  type WsDialOptions,
  WsSockets,
} from "./mesh/links/ws_sockets.ts";
import type { RoomRegistry } from "./rooms/room_registry.ts";

/** Above this load a home leaves rooms that nobody uses here. */
const LOADED = 0.9;

/** The other nodes, and this one among them. */
export interface LinksSurroundings {
  readonly members: Members;
  /** Undefined for a node without a public origin. */
  readonly self: MeshSelf | undefined;
  readonly verifyToken: VerifyToken;
  /** How an origin is dialled: with the address that was checked. */
  readonly dialOptions?: (origin: string) => WsDialOptions;
  /** In place of WebSockets, in a simulation. */
  readonly dial?: Dial;
}

/** What a node's mesh needs of the others. */
interface MeshNeighbours {
  readonly clock: Clock;
  readonly rooms: RoomRegistry;
  readonly denial: Denial;
  readonly price: Price;
  readonly effort: Effort;
  readonly random: () => number;
  readonly verifyWork: typeof verify | undefined;
  readonly onFault: (fault: unknown) => void;
}

/** Links and federation; null for a node that is alone. */
export interface LinksPart {
  readonly members: Members;
  readonly federation: Federation;
  /** Where links of others come in. */
  readonly door: LinkDoor;
  start(): void;
  /** Ends all links. */
  close(): void;
}

/** Puts the part together; null where there are no others. */
export function buildLinks(
  surroundings: LinksSurroundings | undefined,
  neighbours: MeshNeighbours,
): LinksPart | null {
  if (surroundings === undefined) return null;
  const { members, self, verifyToken, dialOptions } = surroundings;
  const { price, clock, denial, ...others } = neighbours;
  const sockets = new WsSockets();
  const dial = surroundings.dial ??
    ((origin) => sockets.dial(origin, dialOptions?.(origin)));
  const federation = new Federation({
    ...others,
    ...{ clock, members, self, verifyToken, dial },
    isDenied: (room) => denial.ofRoom(room),
    isLoaded: () => Math.max(price.load.cpu, price.load.memory) > LOADED,
  });
  return {
    members,
    federation,
    door: {
      path: MESH_PATH,
      hasPlaceFor: (block) => federation.guests.hasPlaceFor(block),
      accept: (upgrade, block) =>
        sockets.accept(
          upgrade,
          (socket) => federation.guests.accept(socket, block),
        ),
    },
    start() {
      sockets.start(clock);
      federation.start();
    },
    close() {
      federation.close();
      sockets.close();
    },
  };
}
