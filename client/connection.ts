/** One RTCPeerConnection on its way to be open, its descriptions as short bytes. */

import { decodeCandidates, encodeCandidates } from "./candidate.ts";
import { decodeDescription, encodeDescription } from "./description.ts";
import type { LeaveReason } from "./room_events.ts";

/** Options of a {@linkcode Connection}. */
export interface ConnectionOptions {
  /** The platform's, or that of a package. */
  readonly Rtc: typeof RTCPeerConnection;
  readonly configuration: RTCConfiguration;
  /** What takes its place before candidates are gathered. */
  readonly later?: Promise<RTCConfiguration> | undefined;
  /** Whether TURN is among its servers. */
  readonly isRelayed: boolean;
}

/** Candidates are sent together: so long after the last one, as long as none of the best kind has come … */
const QUIET_MS = 150;
/**
 * … so long when one has: those of one kind come together, and what comes later
 * costs a post of its own. The end of gathering comes 0.1 s later …
 */
const SETTLED_MS = 20;
/** … and so long after the beginning at the latest; */
const GATHERING_MS = 1000;
/** what comes later is sent once, by then. */
const LATE_MS = 3000;
/** Browsers throw when some 16 MiB wait to be sent. */
const MAX_UNSAID_BYTES = 1024 * 1024;
/** The other side sends no more before it hears that something arrived. */
const MAX_EARLY_BYTES = 5 * 1024 * 1024;

/**
 * Both sides make the same two data channels, so that none needs announcing:
 * one for data, one for what the library itself says. The first description
 * is of these alone; audio and video are negotiated through them.
 */
export class Connection {
  readonly rtc: RTCPeerConnection;
  /** Carries data, once it is open. */
  readonly data: RTCDataChannel;
  readonly isRelayed: boolean;
  /** Called with each candidate that is found: one waits for more, idly. */
  onCandidate: () => void = () => {};
  /** Called when both channels are open. */
  onOpen = () => {};
  /** Called once: the other side has closed it, or it failed. */
  onLost: (reason: LeaveReason) => void = () => {};
  /** Called with what the other side's library says; nothing is said before it is open. */
  onControl: (message: unknown) => void = () => {};
  readonly #control: RTCDataChannel;
  /** What came by `data` while nobody listened; undefined when somebody does. */
  #early: unknown[] | undefined = [];
  #earlyBytes = 0;
  readonly #candidates: string[] = [];
  #isGathered = false;
  readonly #configuration: RTCConfiguration | Promise<RTCConfiguration>;
  #onCandidate = () => {};
  #isOver = false;

  constructor({ Rtc, configuration, later, isRelayed }: ConnectionOptions) {
    this.isRelayed = isRelayed;
    this.#configuration = later ?? configuration;
    const rtc = new Rtc(configuration);
    this.rtc = rtc;
    rtc.onicecandidate = ({ candidate }) => {
      const text = candidate?.candidate;
      if (!text) this.#isGathered = true;
      else if (!/ tcp /i.test(text)) this.#candidates.push(text);
      this.#onCandidate();
      this.onCandidate();
    };
    rtc.onconnectionstatechange = () => {
      if (rtc.connectionState === "failed") this.#lose("vanished");
    };
    this.#control = openChannelOf(rtc, 0);
    this.data = openChannelOf(rtc, 1);
    const channels = [this.#control, this.data];
    for (const channel of channels) {
      channel.addEventListener("open", () => {
        const isOpen = channels.every(({ readyState }) =>
          readyState === "open"
        );
        if (isOpen) this.onOpen();
      });
      channel.addEventListener("close", () => this.#lose("left"));
    }
    this.#control.onmessage = ({ data }) => this.onControl(data);
    this.data.addEventListener("message", ({ data }) => this.#hold(data));
  }

  /** The offer, with the candidates that are found soon. */
  async offer(): Promise<Uint8Array> {
    const { rtc } = this;
    return await this.#describe(await rtc.createOffer());
  }

  /** The answer to an offer. Throws TypeError when it is none. */
  async answer(offer: Uint8Array): Promise<Uint8Array> {
    const { rtc } = this;
    await rtc.setRemoteDescription(descriptionOf(offer, "offer"));
    return await this.#describe(await rtc.createAnswer());
  }

  /** Takes the answer. Throws TypeError when it is none. */
  async accept(answer: Uint8Array): Promise<void> {
    await this.rtc.setRemoteDescription(descriptionOf(answer, "answer"));
  }

  /** Candidates that came too late for the description; undefined when there are none. */
  async lateCandidates(): Promise<Uint8Array | undefined> {
    await this.#gather(() => LATE_MS, LATE_MS);
    return this.#candidates.length > 0
      ? encodeCandidates(this.#candidates.splice(0))
      : undefined;
  }

  /** Takes the other side's late candidates. */
  async addCandidates(bytes: Uint8Array): Promise<void> {
    for (const candidate of decodeCandidates(bytes) ?? []) {
      await this.rtc.addIceCandidate({ candidate, sdpMLineIndex: 0 });
    }
  }

  /** Says something to the other side's library; one that takes nothing is lost. */
  sayControl(message: unknown): void {
    const { readyState, bufferedAmount } = this.#control;
    if (bufferedAmount > MAX_UNSAID_BYTES) this.#lose("vanished");
    else if (readyState === "open") this.#control.send(JSON.stringify(message));
  }

  /**
   * What came by `data` so far, to be called when somebody listens to it: the
   * other side may have both channels open, and send, while here one is not.
   */
  takeEarly(): readonly unknown[] {
    const early = this.#early ?? [];
    this.#early = undefined;
    return early;
  }

  #hold(data: Partial<ArrayBuffer>): void {
    if (this.#early === undefined) return;
    this.#early.push(data);
    this.#earlyBytes += data.byteLength ?? Infinity; // text, which no link takes
    if (this.#earlyBytes > MAX_EARLY_BYTES) this.#lose("vanished");
  }

  /** Bytes that are not sent yet. */
  get unsentBytes(): number {
    return this.#control.bufferedAmount + this.data.bufferedAmount;
  }

  /** Closes it; nobody is told. */
  close(): void {
    this.#isOver = true;
    this.#isGathered = true;
    this.#onCandidate(); // nothing waits for more
    this.rtc.close();
  }

  #lose(reason: LeaveReason): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.onLost(reason);
    this.close();
  }

  async #describe(description: RTCSessionDescriptionInit): Promise<Uint8Array> {
    const { rtc } = this;
    const configuration = await this.#configuration;
    if (configuration !== this.#configuration) {
      rtc.setConfiguration(configuration);
    }
    const servers = JSON.stringify(configuration);
    // Candidates of this type take longest to find.
    const lastType = /"turns?:/.test(servers)
      ? "relay"
      : /"stun/.test(servers)
      ? "srflx"
      : "host";
    await rtc.setLocalDescription(description);
    await this.#gather(
      () =>
        this.#candidates.some((text) => text.includes(lastType))
          ? SETTLED_MS
          : QUIET_MS,
      GATHERING_MS,
    );
    this.#candidates.length = 0; // they are in the description
    return encodeDescription(rtc.localDescription!.sdp);
  }

  /** Resolves when all candidates are known, or none came for a while, or time is up. */
  #gather(quietMs: () => number, mostMs: number): Promise<void> {
    return new Promise((resolve) => {
      let quiet: ReturnType<typeof setTimeout> | undefined;
      const end = () => {
        clearTimeout(quiet);
        clearTimeout(last);
        this.#onCandidate = () => {};
        resolve();
      };
      const last = setTimeout(end, mostMs);
      this.#onCandidate = () => {
        clearTimeout(quiet);
        if (this.#isGathered) return end();
        if (this.#candidates.length > 0) quiet = setTimeout(end, quietMs());
      };
      this.#onCandidate();
    });
  }
}

function openChannelOf(rtc: RTCPeerConnection, id: number): RTCDataChannel {
  const channel = rtc.createDataChannel("sigmesh", { negotiated: true, id });
  channel.binaryType = "arraybuffer";
  return channel;
}

function descriptionOf(
  bytes: Uint8Array,
  type: "offer" | "answer",
): RTCSessionDescriptionInit {
  const decoded = decodeDescription(bytes, type);
  if (!decoded.ok) throw new TypeError(`Bad ${type}: ${decoded.reason}`);
  return { type, sdp: decoded.value };
}
