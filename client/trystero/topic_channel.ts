/**
 * The topics of one Trystero room, over one channel: browsers have few streams
 * to give away, and every post of the room is heard once, by all.
 */

import { encodeBase64url } from "@sigmesh/core";
import { LIMITS } from "@sigmesh/core/wire";
import type { Channel } from "../channel.ts";
import { PieceJoiner, splitMessage } from "./pieces.ts";

/** Hears the messages of a topic. */
export type TopicListener = (topic: string, text: string) => void;

interface Subscription {
  readonly topic: string;
  readonly listener: TopicListener;
}

/** A message, as far as it has not been posted. */
interface Outgoing {
  readonly lines: string[];
  readonly resolve: () => void;
  readonly reject: (reason: unknown) => void;
}

/** Messages that wait for the post before them to be mined. */
const MAX_WAITING = 256;
const ID_BYTES = 6;
/** Of a topic, whose characters come from a hash: enough to tell a room's from each other. */
const ADDRESS_CHARACTERS = 12;

/** See above. */
export class TopicChannel {
  readonly #open: () => Channel;
  readonly #joiner: PieceJoiner;
  readonly #subscriptions = new Set<Subscription>();
  readonly #outgoing: Outgoing[] = [];
  #channel: Channel;
  #isPosting = false;
  /** Messages of others were lost. */
  onLoss: () => void = () => {};

  /** `open` opens the room's channel, and another where that has ended. */
  constructor(open: () => Channel, nowMs: () => number) {
    this.#open = open;
    this.#joiner = new PieceJoiner(nowMs);
    this.#channel = this.#openChannel();
  }

  /** Whether nobody listens. */
  get isDeserted(): boolean {
    return this.#subscriptions.size === 0;
  }

  /** Hears a topic until the function it returns is called. */
  listen(topic: string, listener: TopicListener): () => void {
    const subscription = { topic, listener };
    this.#subscriptions.add(subscription);
    return () => this.#subscriptions.delete(subscription);
  }

  /** Resolves once the room is heard. Rejects with the channel's reason. */
  ready(): Promise<void> {
    if (this.#channel.state === "closed") this.#channel = this.#openChannel();
    return this.#channel.ready;
  }

  /**
   * Posts a message: at once, or together with others that wait meanwhile.
   * Resolves when the node has all of it. Rejects as the channel's `post` does,
   * and with RangeError when 256 messages wait or this one is too long.
   */
  publish(topic: string, json: string): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#outgoing.length >= MAX_WAITING) {
        throw new RangeError(`${MAX_WAITING} messages are waiting: send fewer`);
      }
      const lines = splitMessage(json, {
        address: addressOf(topic),
        id: encodeBase64url(crypto.getRandomValues(new Uint8Array(ID_BYTES))),
      });
      this.#outgoing.push({ lines, resolve, reject });
      this.#postAll();
    });
  }

  /** Closes the channel; what waits is rejected. */
  close(): void {
    this.#channel.close();
  }

  #openChannel(): Channel {
    const channel = this.#open();
    channel.addEventListener("message", ({ data }) => this.#receive(data));
    channel.addEventListener("resync", () => this.onLoss());
    return channel;
  }

  #receive(post: string): void {
    for (const line of post.split("\n")) {
      const message = this.#joiner.take(line);
      if (message === undefined) continue;
      for (const { topic, listener } of this.#subscriptions) {
        if (addressOf(topic) === message.address) {
          listener(topic, message.text);
        }
      }
    }
  }

  async #postAll(): Promise<void> {
    if (this.#isPosting) return;
    this.#isPosting = true;
    while (this.#outgoing.length > 0) {
      const { post, messages } = this.#takeNext();
      try {
        await this.#channel.post(post);
        for (const { lines, resolve } of messages) {
          if (lines.length === 0) resolve();
        }
      } catch (error) {
        for (const message of messages) {
          message.reject(error);
          const rest = this.#outgoing.indexOf(message);
          if (rest >= 0) this.#outgoing.splice(rest, 1);
        }
      }
    }
    this.#isPosting = false;
  }

  /** As many lines as fit into one post, and whose they are. */
  #takeNext(): { post: string; messages: Set<Outgoing> } {
    const messages = new Set<Outgoing>();
    let post = "";
    while (this.#outgoing.length > 0) {
      const message = this.#outgoing[0]!;
      const longer = (post === "" ? "" : `${post}\n`) + message.lines[0];
      if (longer.length > LIMITS.postBytes) break;
      post = longer;
      messages.add(message);
      message.lines.shift();
      if (message.lines.length === 0) this.#outgoing.shift();
    }
    return { post, messages };
  }
}

function addressOf(topic: string): string {
  return topic.slice(0, ADDRESS_CHARACTERS);
}
