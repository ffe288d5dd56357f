/**
 * Perfect negotiation (W3C webrtc, section 10.7) over an open connection:
 * tracks come and go, and ICE restarts when the application asks for it, without
 * a further post.
 */

/** A message of one side's negotiation to the other's. */
interface NegotiationMessage {
  readonly description?: RTCSessionDescriptionInit | null;
  readonly candidate?: RTCIceCandidateInit | null;
}

/** Negotiates for one side. */
export class Negotiation {
  readonly #rtc: RTCPeerConnection;
  readonly #say: (message: NegotiationMessage) => void;
  /** Gives way when both sides offer at once; exactly one side is polite. */
  readonly #isPolite: boolean;
  #isOffering = false;
  #isIgnoring = false;

  constructor(
    rtc: RTCPeerConnection,
    { isPolite, say, onError }: {
      isPolite: boolean;
      say: (message: NegotiationMessage) => void;
      onError: (error: unknown) => void;
    },
  ) {
    this.#rtc = rtc;
    this.#say = say;
    this.#isPolite = isPolite;
    rtc.onnegotiationneeded = () => this.#offer().catch(onError);
    rtc.onicecandidate = ({ candidate }) => say({ candidate });
  }

  /** Takes what the other side's negotiation said. Rejects when it makes no sense. */
  async receive({ description, candidate }: NegotiationMessage): Promise<void> {
    if (description) return await this.#receiveDescription(description);
    if (!candidate) return;
    await this.#rtc.addIceCandidate(candidate).catch((error) => {
      if (!this.#isIgnoring) throw error; // it belongs to what was ignored
    });
  }

  async #offer(): Promise<void> {
    this.#isOffering = true;
    try {
      await this.#rtc.setLocalDescription();
      this.#say({ description: this.#rtc.localDescription });
    } finally {
      this.#isOffering = false;
    }
  }

  async #receiveDescription(
    description: RTCSessionDescriptionInit,
  ): Promise<void> {
    const rtc = this.#rtc;
    const isOffer = description.type === "offer";
    this.#isIgnoring = isOffer && !this.#isPolite &&
      (this.#isOffering || rtc.signalingState !== "stable");
    if (this.#isIgnoring) return;
    await rtc.setRemoteDescription(description); // rolls an own offer back
    if (!isOffer) return;
    await rtc.setLocalDescription();
    this.#say({ description: rtc.localDescription });
  }
}
