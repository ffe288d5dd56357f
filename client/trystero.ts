/**
 * {@link https://trystero.dev | Trystero} over this project's nodes: an app
 * changes one import, and names nodes.
 *
 * ```ts ignore
 * import { joinRoom } from "@sigmesh/client/trystero";
 *
 * const relayConfig = { urls: ["https://node.example"] };
 * const room = joinRoom({ appId: "chess", relayConfig }, "table-7");
 * ```
 *
 * Imported from a node, as `https://node.example/trystero.js`, it uses that node
 * where none are named. Everything else is as Trystero's documentation says.
 *
 * @module
 */

import {
  createTopicStrategy,
  hashWith,
  type JoinRoom,
  type JoinRoomConfig,
  type Room,
  type StrategyMessage,
  toHex,
  toJson,
  type TopicPublishContext,
} from "@trystero-p2p/core";
import { openChannel } from "./channel.ts";
import { NodeClient } from "./node_client.ts";
import {
  AnnouncementPace,
  type NextAnnouncement,
} from "./trystero/announcement_pace.ts";
import { parsePayload } from "./trystero/payload.ts";
import { TopicChannel } from "./trystero/topic_channel.ts";

export { selfId } from "@trystero-p2p/core";
export type * from "@trystero-p2p/core";

/** Where nodes serve this module; elsewhere its address says nothing of nodes. */
const SERVED_AT = /^(https?:\/\/[^/]+)\/trystero\.js$/;

type Deliver = (
  topic: string,
  message: StrategyMessage,
) => void | Promise<void>;

/** A joined room. */
interface Meeting {
  readonly channel: TopicChannel;
  readonly pace: AnnouncementPace;
}

/** The nodes, as Trystero's one relay. */
class Mesh {
  readonly #nodes: readonly NodeClient[];
  readonly #warn: (reason: unknown) => void;
  /** By root topic. */
  readonly #meetings = new Map<string, Meeting>();

  constructor({ relayConfig }: JoinRoomConfig) {
    const origins = relayConfig?.urls ?? servingNode();
    this.#nodes = origins.map((origin) => new NodeClient(origin));
    if (this.#nodes.length === 0) {
      throw new TypeError(
        'No nodes are named: pass relayConfig: { urls: ["https://node.example"] }',
      );
    }
    this.#warn = (reason) => {
      if (relayConfig?.warnOnRelayFailure === false) return;
      console.warn("Trystero: a signal could not be sent:", reason);
    };
  }

  async subscribe(
    topic: string,
    { rootTopic, deliver }: { rootTopic: string; deliver: Deliver },
  ): Promise<() => void> {
    const room = await roomOf(rootTopic);
    const meeting = this.#meetings.get(rootTopic) ??
      this.#meet(rootTopic, room);
    const stop = meeting.channel.listen(topic, (topic, text) => {
      const payload = parsePayload(text);
      if (payload !== undefined) deliver(topic, payload);
    });
    return () => {
      stop();
      if (!meeting.channel.isDeserted) return;
      meeting.channel.close();
      this.#meetings.delete(rootTopic);
    };
  }

  async publish(
    topic: string,
    { message, context }: {
      message: StrategyMessage;
      context: TopicPublishContext;
    },
  ): Promise<NextAnnouncement | void> {
    const meeting = this.#meetings.get(context.rootTopic);
    if (meeting === undefined) return; // left meanwhile
    const json = typeof message === "string" ? message : toJson(message);
    const { channel, pace } = meeting;
    if (context.kind === "signal") {
      return await channel.publish(topic, json).catch(this.#warn);
    }
    // Those who joined unheard do not know of this peer, nor it of them.
    channel.onLoss = () => channel.publish(topic, json).catch(this.#warn);
    return await pace.keep(async () => {
      await channel.ready();
      await channel.publish(topic, json);
    });
  }

  #meet(rootTopic: string, room: string): Meeting {
    const nowMs = () => performance.now();
    const meeting = {
      channel: new TopicChannel(
        () => openChannel(this.#nodes, room),
        nowMs,
      ),
      pace: new AnnouncementPace(nowMs),
    };
    this.#meetings.set(rootTopic, meeting);
    return meeting;
  }
}

const join = createTopicStrategy<Mesh>({
  init: (config) => new Mesh(config),
  subscribeTopic: (mesh, topic, deliver, { rootTopic }) =>
    mesh.subscribe(topic, { rootTopic, deliver }),
  publishTopic: (mesh, topic, message, context) =>
    mesh.publish(topic, { message, context }),
});

/**
 * As Trystero's. `relayConfig.urls` are origins of nodes; `trickleIce` is off
 * unless asked for, since each candidate would be paid for. Throws TypeError
 * when what is named is no node, or nothing is and no node served this module.
 */
export const joinRoom: JoinRoom = (config, roomId, callbacks): Room =>
  join(
    { ...config, trickleIce: config?.trickleIce ?? false },
    roomId,
    callbacks,
  );

async function roomOf(rootTopic: string): Promise<string> {
  return toHex(await hashWith("SHA-256", `sigmesh/1 trystero\n${rootTopic}`));
}

function servingNode(): string[] {
  const origin = SERVED_AT.exec(import.meta.url)?.[1];
  return origin === undefined ? [] : [origin];
}
