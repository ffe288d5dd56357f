/** A call between two pages that may use nothing but relays. Runs the browsers' part by `evaluate`. */

import type { Page } from "playwright-core";
import type { TurnCredential } from "../turn/credential.ts";

/** What the pages keep, as the functions below left it there. */
interface CallScope {
  /** A client of the node, as `/client.js` has it. */
  node: { buyTurnCredential(ask: { renew: TurnCredential }): Promise<unknown> };
  iceServer: RTCIceServer & TurnCredential;
  connection: RTCPeerConnection;
  channel: RTCDataChannel;
  /** When the channel is open. */
  opened: Promise<unknown>;
  /** SHA-256 as hex. */
  hashOf: (bytes: BufferSource) => Promise<string>;
  /** The same of what came, once so many bytes have. */
  received: (bytes: number) => Promise<string>;
  renewals: number;
}

/** How a page reaches its relay. */
export type RelayTransport = "udp" | "tcp" | "tls";

/** One side of the call; the other one is elsewhere. */
export class RelayedCaller {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Buys a credential of the node that served the page, and makes a connection with it. */
  async prepare(transport: RelayTransport): Promise<void> {
    await this.#buy(transport);
    await this.#open();
    await this.#listen();
  }

  #buy(transport: RelayTransport): Promise<void> {
    return this.page.evaluate(async (transport) => {
      const { NodeClient } = await import("/client.js" as string);
      const node = new NodeClient(location.origin);
      const { username, credential, urls } = await node.buyTurnCredential();
      const wanted = transport === "tls"
        ? /^turns:/
        : new RegExp(`^turn:.*transport=${transport}$`);
      const iceServer = {
        urls: urls.filter((url: string) => wanted.test(url)),
        username,
        credential,
      };
      Object.assign(globalThis, { node, iceServer });
    }, transport);
  }

  /** A connection, and a channel that both sides know of beforehand. */
  #open(): Promise<void> {
    return this.page.evaluate(() => {
      const { iceServer } = globalThis as unknown as CallScope;
      const connection = new RTCPeerConnection({
        iceTransportPolicy: "relay",
        iceServers: [iceServer],
      });
      const channel = connection.createDataChannel("call", {
        negotiated: true,
        id: 0,
      });
      channel.binaryType = "arraybuffer";
      const opened = new Promise((resolve) => channel.onopen = resolve);
      Object.assign(globalThis, { connection, channel, opened });
    });
  }

  /** Answers pings, and keeps what comes. */
  #listen(): Promise<void> {
    return this.page.evaluate(() => {
      const { channel } = globalThis as unknown as CallScope;
      const parts: ArrayBuffer[] = [];
      let length = 0;
      let onPart = () => {};
      channel.onmessage = ({ data }) => {
        if (data === "ping") return channel.send("pong");
        if (typeof data === "string") return;
        parts.push(data);
        length += data.byteLength;
        onPart();
      };
      const hashOf = async (bytes: BufferSource) =>
        new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex();
      const received = async (bytes: number) => {
        await new Promise<void>((resolve) => {
          onPart = () => length >= bytes && resolve();
          onPart();
        });
        return hashOf(await new Blob(parts).arrayBuffer());
      };
      Object.assign(globalThis, { hashOf, received });
    });
  }

  /** A description with all its candidates: an offer, or the answer to one. */
  describe(offer?: string): Promise<string> {
    return this.page.evaluate(async (offer) => {
      const { connection } = globalThis as unknown as CallScope;
      if (offer !== undefined) {
        await connection.setRemoteDescription({ type: "offer", sdp: offer });
      }
      const gathered = new Promise<void>((resolve) => {
        connection.onicegatheringstatechange = () =>
          connection.iceGatheringState === "complete" && resolve();
      });
      await connection.setLocalDescription();
      await gathered;
      return connection.localDescription!.sdp;
    }, offer);
  }

  /** Takes the answer. */
  accept(answer: string): Promise<void> {
    return this.page.evaluate(async (sdp) => {
      const { connection } = globalThis as unknown as CallScope;
      await connection.setRemoteDescription({ type: "answer", sdp });
    }, answer);
  }

  /** Sends so many random bytes; gives their SHA-256 as hex. */
  send(bytes: number): Promise<string> {
    return this.page.evaluate(async (bytes) => {
      const { channel, opened, hashOf } = globalThis as unknown as CallScope;
      await opened;
      const part = 16 * 1024;
      const most = 1024 * 1024; // under way
      const all = new Uint8Array(bytes);
      for (let at = 0; at < bytes; at += 65_536) {
        crypto.getRandomValues(all.subarray(at, at + 65_536));
      }
      channel.bufferedAmountLowThreshold = most / 2;
      for (let at = 0; at < bytes; at += part) {
        if (channel.bufferedAmount > most) {
          await new Promise((resolve) => channel.onbufferedamountlow = resolve);
        }
        channel.send(all.slice(at, at + part));
      }
      return hashOf(all);
    }, bytes);
  }

  /** SHA-256 of what came, as hex, once so many bytes have. */
  received(bytes: number): Promise<string> {
    return this.page.evaluate(
      (bytes) => (globalThis as unknown as CallScope).received(bytes),
      bytes,
    );
  }

  /** Pings at equal distances; tells how many were answered until `withinMs` after the last. */
  ping(
    options: { count: number; everyMs: number; withinMs: number },
  ): Promise<number> {
    return this.page.evaluate(async ({ count, everyMs, withinMs }) => {
      const { channel, opened } = globalThis as unknown as CallScope;
      await opened;
      let answered = 0;
      return await new Promise<number>((resolve) => {
        channel.addEventListener("message", ({ data }) => {
          if (data === "pong" && ++answered === count) resolve(answered);
        });
        let sent = 0;
        const timer = setInterval(() => {
          if (channel.readyState === "open") channel.send("ping");
          if (++sent < count) return;
          clearInterval(timer);
          setTimeout(() => resolve(answered), withinMs);
        }, everyMs);
      });
    }, options);
  }

  /** Renews the credential again and again, until the page is closed. */
  keepRenewing(everyMs: number): Promise<void> {
    return this.page.evaluate((everyMs) => {
      const scope = globalThis as unknown as CallScope;
      scope.renewals = 0;
      setInterval(async () => {
        await scope.node.buyTurnCredential({ renew: scope.iceServer });
        scope.renewals++;
      }, everyMs);
    }, everyMs);
  }

  /** How often the credential was renewed. */
  renewals(): Promise<number> {
    return this.page.evaluate(() =>
      (globalThis as unknown as CallScope).renewals
    );
  }

  /** Kinds of the candidate pair in use, and how the page reaches its relay. */
  route(): Promise<{ local: string; remote: string; protocol: string }> {
    return this.page.evaluate(async () => {
      const { connection } = globalThis as unknown as CallScope;
      const stats = await connection.getStats();
      const all = [...stats.values()];
      const { selectedCandidatePairId } = all.find(({ type }) =>
        type === "transport"
      );
      const pair = stats.get(selectedCandidatePairId);
      const local = stats.get(pair.localCandidateId);
      return {
        local: local.candidateType,
        remote: stats.get(pair.remoteCandidateId).candidateType,
        protocol: local.relayProtocol,
      };
    });
  }
}

/** Introduces two pages to each other. */
export async function connectCall(
  caller: RelayedCaller,
  callee: RelayedCaller,
): Promise<void> {
  const answer = await callee.describe(await caller.describe());
  await caller.accept(answer);
}
