/** The part of a node that is the mesh: put together, and started. */

import type { NodeDetail } from "@sigmesh/core/wire";
import { createHintApi } from "./api/hint_api.ts";
import { type HttpListener, listenHttp } from "./api/http_listener.ts";
import type { Clock } from "./clock.ts";
import type { Config } from "./config.ts";
import type { Effort } from "./load/effort.ts";
import type { UnpaidBudget } from "./load/unpaid_budget.ts";
import type { MeshSelf } from "./mesh/links/federation.ts";
import { Locator } from "./mesh/members/locator.ts";
import type { Member } from "./mesh/members/member.ts";
import { createMemberStore } from "./mesh/members/member_store.ts";
import { Membership } from "./mesh/members/membership.ts";
import type { MeshOffer } from "./mesh/members/mesh_offer.ts";
import type { Network } from "./mesh/members/network.ts";
import { isGenuine, NodeKey } from "./mesh/members/node_key.ts";
import type { LinksSurroundings } from "./node_links.ts";
import { hostsOf } from "./node_turn.ts";

/** What tests replace. */
export interface MeshSurroundings {
  /** How other nodes are reached. */
  readonly network: Network;
}

interface MeshNeighbours extends MeshSurroundings {
  readonly clock: Clock;
  readonly random: () => number;
  readonly effort: Effort;
  readonly unpaid: UnpaidBudget;
  readonly info: (message: string) => void;
  readonly warn: (message: string) => void;
  readonly onFault: (fault: unknown) => void;
}

/** A node's mesh. */
export interface MeshPart {
  readonly key: NodeKey;
  readonly members: Membership;
  readonly offer: MeshOffer;
  /** What links to the others need. */
  readonly links: LinksSurroundings;
  /** Where plain `GET /` tells the origin: what the DHT is to name. Null when others are not to look for it. */
  readonly announcePort: number | null;
  /** The listener for that, where the node's own port cannot be it. */
  readonly hintListener: HttpListener | null;
  /** Sets it going; `port` is where the node serves. Rejects when it cannot listen. */
  start(port: number): Promise<void>;
  close(): Promise<void>;
}

const DEFAULT_HINT_PORT = 8001;

/** Why other nodes do not find this one, or undefined when they do. */
export function reasonNotAnnounced(
  { mesh, publicUrl, allowPrivate }: Config,
): string | undefined {
  if (publicUrl === null) return "no --public-url";
  if (!mesh) return "--no-mesh";
  return publicUrl.startsWith("https:") || allowPrivate
    ? undefined
    : "other nodes take none whose --public-url is not https";
}

/** Puts it together; null for a node without. Rejects when `--data-dir` cannot be used. */
export async function buildMesh(
  config: Config,
  neighbours: MeshNeighbours,
): Promise<MeshPart | null> {
  const { mesh, dataDir, publicUrl, allowPrivate, peers } = config;
  if (!mesh) return null;
  const { clock, random, network, info, warn, onFault } = neighbours;
  const key =
    await (dataDir === null ? NodeKey.create() : NodeKey.load(dataDir));
  const store = dataDir === null
    ? null
    : createMemberStore(dataDir, { allowPrivate, warn });
  const isAnnounced = reasonNotAnnounced(config) === undefined;
  const members = new Membership({
    ...{ clock, random, network, key: key.text, allowPrivate, peers, store },
    origin: isAnnounced ? publicUrl : null,
    ...{ info, warn, onFault },
  });
  const locator = new Locator({ network, allowPrivate });
  const self = isAnnounced
    ? await selfAt(publicUrl!, { key, locator, info })
    : undefined;
  let announcePort: number | null = null;
  let hintListener: HttpListener | null = null;
  return {
    key,
    members,
    offer: offerOf(members, { key: key.text, clock }),
    links: {
      ...{ members, self },
      verifyToken: isGenuine,
      dialOptions: () => ({ lookup: locator.lookUp }),
    },
    get announcePort() {
      return announcePort;
    },
    get hintListener() {
      return hintListener;
    },
    async start(port) {
      const { dht, announcePort: wanted } = config;
      if (isAnnounced && publicUrl!.startsWith("https:")) {
        if (dht.kind === "none" && wanted === null) {
          return await members.start(); // nobody asks there
        }
        hintListener = await listenForHints(config, neighbours);
        announcePort = hintListener.port;
      } else if (isAnnounced) {
        announcePort = config.announcePort ?? port;
      }
      await members.start();
    },
    async close() {
      await members.close();
      await hintListener?.close(0);
    },
  };
}

/** Homes are chosen by network: a node must know its own, as others do. */
async function selfAt(
  origin: string,
  { key, locator, info }: {
    key: NodeKey;
    locator: Locator;
    info: (message: string) => void;
  },
): Promise<MeshSelf> {
  const located = await locator.locate(new URL(origin).hostname);
  if (!located.ok) {
    info(
      `${origin} cannot be found from here (${located.detail}): the node may ` +
        "choose other homes for its rooms than others do",
    );
  }
  return {
    origin,
    network: located.ok ? located.value.network ?? origin : origin,
    key: key.text,
    sign: (token) => key.signToken(origin, token),
  };
}

function offerOf(
  members: Membership,
  { key, clock }: { key: string; clock: Clock },
): MeshOffer {
  const detailOf = (member: Member): NodeDetail => ({
    url: member.origin,
    key: member.key,
    height: member.height,
    roundTrip: Math.round(member.roundTripMs),
    age: Math.floor((clock.now() - member.seenAtMs) / 1000),
    linked: members.isLinked(member.origin),
  });
  return {
    key,
    get size() {
      return members.size;
    },
    get links() {
      return members.links;
    },
    get clockWarning() {
      return members.clocks.ownWarning;
    },
    listed: (only) => members.listed(only).map(detailOf),
    hearVisitor: (origin, block) => members.hearVisitor(origin, block),
  };
}

/** On IPv4, since the DHT is. A default port that is taken gives way, as others do. */
async function listenForHints(
  config: Config,
  { clock, effort, unpaid, warn, onFault }: MeshNeighbours,
): Promise<HttpListener> {
  const { publicUrl, announcePort } = config;
  const [host] = hostsOf(config);
  const listening = {
    api: createHintApi({ url: publicUrl!, unpaid, effort }),
    ...{ host: host!, clock, effort, onFault },
    certificate: undefined,
    trustProxy: [],
  };
  try {
    const port = announcePort ?? DEFAULT_HINT_PORT;
    return await listenHttp({ ...listening, port });
  } catch (cause) {
    const { code, message } = cause as Error & { code?: string };
    if (code === "EADDRINUSE" && announcePort === null) {
      warn(
        `Port ${DEFAULT_HINT_PORT} is taken, hints are given at a free one; ` +
          "--announce-port sets another.",
      );
      return await listenHttp({ ...listening, port: 0 });
    }
    throw new Error(
      `Hints for other nodes cannot be given: ${message}; choose another ` +
        "--announce-port",
      { cause },
    );
  }
}
