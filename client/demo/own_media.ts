/** This side's camera, microphone and screen: taken when wanted, let go when not. */

import type { Room } from "../mod.ts";
import { explainMediaTrouble, type MediaWish } from "./media_trouble.ts";

/** See the head of this file. */
export class OwnMedia {
  /** Camera and microphone, while in a call. */
  #stream: MediaStream | undefined;
  #screen: MediaStream | undefined;
  readonly #room: Room;
  readonly #signal: AbortSignal;
  readonly #onChange: () => void;

  /** `onChange` is called when something is taken or let go, also by the system. */
  constructor(
    room: Room,
    { signal, onChange }: { signal: AbortSignal; onChange: () => void },
  ) {
    this.#room = room;
    this.#signal = signal;
    this.#onChange = onChange;
    signal.addEventListener("abort", () => {
      this.hangUp();
      this.stopScreen();
    });
  }

  get stream(): MediaStream | undefined {
    return this.#stream;
  }

  get screen(): MediaStream | undefined {
    return this.#screen;
  }

  get isMuted(): boolean {
    return this.#microphone?.enabled === false;
  }

  get hasMicrophone(): boolean {
    return this.#microphone !== undefined;
  }

  get hasCamera(): boolean {
    return this.#camera !== undefined;
  }

  /** Begins a call. Rejects with an Error for people. */
  async call({ video }: { video: boolean }): Promise<void> {
    const stream = await this.#take(
      video ? "camera and microphone" : "microphone",
      () => navigator.mediaDevices.getUserMedia({ audio: true, video }),
    );
    this.#stream = stream;
    for (const track of stream.getTracks()) this.#follow(track, stream);
    this.#room.addStream(stream);
    this.#onChange();
  }

  /** Silences the microphone, or lets it be heard again. */
  toggleMicrophone(): void {
    const microphone = this.#microphone;
    if (microphone !== undefined) microphone.enabled = !microphone.enabled;
    this.#onChange();
  }

  /** Takes the camera, or lets it go so that its light is off. Rejects as `call` does. */
  async toggleCamera(): Promise<void> {
    const stream = this.#stream;
    if (stream === undefined) return;
    if (this.#camera !== undefined) return this.#drop(this.#camera, stream);
    const taken = await this.#take(
      "camera",
      () => navigator.mediaDevices.getUserMedia({ video: true }),
    );
    const [camera] = taken.getVideoTracks();
    if (this.#stream !== stream) return camera!.stop(); // hung up meanwhile
    stream.addTrack(camera!);
    this.#follow(camera!, stream);
    this.#room.addTrack(camera!, stream);
    this.#onChange();
  }

  /** Shows a screen or a window that its user chooses. Rejects as `call` does. */
  async showScreen(): Promise<void> {
    const screen = await this.#take(
      "screen",
      () => navigator.mediaDevices.getDisplayMedia({ video: true }),
    );
    this.#screen = screen;
    for (const track of screen.getTracks()) this.#follow(track, screen);
    this.#room.addStream(screen);
    this.#onChange();
  }

  /** Ends the call; a screen that is shown stays. */
  hangUp(): void {
    for (const track of this.#stream?.getTracks() ?? []) {
      this.#drop(track, this.#stream!);
    }
  }

  stopScreen(): void {
    for (const track of this.#screen?.getTracks() ?? []) {
      this.#drop(track, this.#screen!);
    }
  }

  get #microphone(): MediaStreamTrack | undefined {
    return this.#stream?.getAudioTracks()[0];
  }

  get #camera(): MediaStreamTrack | undefined {
    return this.#stream?.getVideoTracks()[0];
  }

  async #take(
    wish: MediaWish,
    ask: () => Promise<MediaStream>,
  ): Promise<MediaStream> {
    let stream;
    try {
      stream = await ask();
    } catch (error) {
      throw new Error(explainMediaTrouble(error, wish), { cause: error });
    }
    if (this.#signal.aborted) { // the room was left before it was allowed
      for (const track of stream.getTracks()) track.stop();
      throw this.#signal.reason;
    }
    return stream;
  }

  /** It may end by itself: unplugged, or stopped in the browser's own bar. */
  #follow(track: MediaStreamTrack, stream: MediaStream): void {
    track.addEventListener("ended", () => this.#drop(track, stream));
  }

  #drop(track: MediaStreamTrack, stream: MediaStream): void {
    track.stop();
    stream.removeTrack(track);
    this.#room.removeTrack(track);
    if (stream.getTracks().length === 0) {
      if (this.#stream === stream) this.#stream = undefined;
      if (this.#screen === stream) this.#screen = undefined;
    }
    this.#onChange();
  }
}
