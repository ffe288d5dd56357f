/** The call: its buttons, and a tile for everybody who is seen or heard. */

import type { Peer, Room } from "../mod.ts";
import { announce, element } from "./element.ts";
import { OwnMedia } from "./own_media.ts";
import { Tiles } from "./tiles.ts";
import type { About } from "./utterance.ts";

/** What a call needs of its page. */
export interface CallPage {
  readonly signal: AbortSignal;
  nameOf(peerId: string): string;
  aboutOf(peerId: string): About | undefined;
  /** What others should know has changed. */
  onChange(): void;
}

/** Streams shown of one peer: camera and screen. */
const MAX_STREAMS = 2;

/** See the head of this file. */
export class Call {
  readonly #page: CallPage;
  readonly #own: OwnMedia;
  readonly #tiles = new Tiles();
  /** By peer's id, then by stream's. */
  readonly #streams = new Map<string, Map<string, MediaStream>>();
  readonly #notice = element("call-notice");
  readonly #buttons = {
    video: element<HTMLButtonElement>("call-video"),
    audio: element<HTMLButtonElement>("call-audio"),
    microphone: element<HTMLButtonElement>("call-microphone"),
    camera: element<HTMLButtonElement>("call-camera"),
    screen: element<HTMLButtonElement>("call-screen"),
    end: element<HTMLButtonElement>("call-end"),
  };
  #isAsking = false;

  constructor(room: Room, page: CallPage) {
    this.#page = page;
    const { signal } = page;
    this.#own = new OwnMedia(room, { signal, onChange: () => this.#change() });
    room.addEventListener("track", ({ peer, stream }) => {
      if (stream !== undefined) this.#show(peer, stream);
    });
    room.addEventListener("peerleave", ({ peer }) => {
      for (const id of [...this.#streamsOf(peer.id).keys()]) {
        this.#hide(peer, id);
      }
      this.#streams.delete(peer.id);
    });
    signal.addEventListener("abort", () => this.#tiles.clear());
    this.#listen(signal);
    this.#renderButtons();
    announce(this.#notice, "");
  }

  /** What others are told of it. */
  get about(): Pick<About, "isMuted" | "screen"> {
    const { isMuted, screen } = this.#own;
    return { isMuted, screen: screen?.id ?? null };
  }

  /** A peer has said who it is, or how it is heard. */
  relabel(peer: Peer): void {
    for (const id of this.#streamsOf(peer.id).keys()) this.#label(peer, id);
  }

  #listen(signal: AbortSignal): void {
    const { video, audio, microphone, camera, screen, end } = this.#buttons;
    const on = (button: HTMLButtonElement, act: () => void) =>
      button.addEventListener("click", act, { signal });
    const own = this.#own;
    on(video, () => this.#ask(() => own.call({ video: true })));
    on(audio, () => this.#ask(() => own.call({ video: false })));
    on(microphone, () => own.toggleMicrophone());
    on(camera, () => this.#ask(() => own.toggleCamera()));
    on(screen, () => {
      if (own.screen === undefined) this.#ask(() => own.showScreen());
      else own.stopScreen();
    });
    on(end, () => own.hangUp());
  }

  /** One question at a time: browsers ask their users. */
  async #ask(take: () => Promise<void>): Promise<void> {
    if (this.#isAsking) return;
    this.#isAsking = true;
    announce(this.#notice, "");
    const asking = setTimeout(
      () => announce(this.#notice, "The browser asks for permission."),
      1000,
    );
    try {
      await take();
      announce(this.#notice, "");
    } catch (error) {
      if (!this.#page.signal.aborted) {
        announce(this.#notice, (error as Error).message);
      }
    } finally {
      clearTimeout(asking);
      this.#isAsking = false;
    }
  }

  #show(peer: Peer, stream: MediaStream): void {
    const streams = this.#streamsOf(peer.id);
    if (!streams.has(stream.id) && streams.size >= MAX_STREAMS) return;
    streams.set(stream.id, stream);
    this.#streams.set(peer.id, streams);
    stream.onremovetrack = () => {
      if (streams.get(stream.id) !== stream) return;
      if (stream.getTracks().length === 0) this.#hide(peer, stream.id);
      else this.#label(peer, stream.id);
    };
    this.#label(peer, stream.id);
  }

  #label(peer: Peer, streamId: string): void {
    const name = this.#page.nameOf(peer.id);
    const about = this.#page.aboutOf(peer.id);
    const stream = this.#streamsOf(peer.id).get(streamId)!;
    const isScreen = about?.screen === streamId;
    const label = isScreen
      ? `Screen of ${name}`
      : about?.isMuted
      ? `${name}, muted`
      : name;
    const kind = isScreen ? "other screen" : "other";
    this.#tiles.set(`${peer.id} ${streamId}`, { stream, label, kind });
  }

  #hide(peer: Peer, streamId: string): void {
    this.#streamsOf(peer.id).delete(streamId);
    this.#tiles.delete(`${peer.id} ${streamId}`);
  }

  #streamsOf(peerId: string): Map<string, MediaStream> {
    return this.#streams.get(peerId) ?? new Map();
  }

  #change(): void {
    if (this.#page.signal.aborted) return;
    const { stream, screen, isMuted } = this.#own;
    this.#setOwn("own", stream, isMuted ? "You, muted" : "You");
    this.#setOwn("own screen", screen, "Your screen");
    this.#renderButtons();
    this.#page.onChange();
  }

  #setOwn(
    kind: "own" | "own screen",
    stream: MediaStream | undefined,
    label: string,
  ): void {
    if (stream === undefined) this.#tiles.delete(kind);
    else this.#tiles.set(kind, { stream, label, kind });
  }

  /** The focus stays in the row when the button that had it goes. */
  #renderButtons(): void {
    const { stream, screen, isMuted, hasCamera, hasMicrophone } = this.#own;
    const { video, audio, microphone, camera, screen: share, end } =
      this.#buttons;
    const isCalling = stream !== undefined;
    const focused = document.activeElement;
    microphone.textContent = isMuted ? "Unmute" : "Mute";
    camera.textContent = hasCamera ? "Camera off" : "Camera on";
    share.textContent = screen === undefined ? "Share screen" : "Stop sharing";
    video.hidden = audio.hidden = isCalling;
    camera.hidden = end.hidden = !isCalling;
    microphone.hidden = !hasMicrophone;
    // Phones have none.
    share.hidden = navigator.mediaDevices?.getDisplayMedia === undefined;
    if (isCalling && (focused === video || focused === audio)) {
      (hasMicrophone ? microphone : end).focus();
    }
    if (!isCalling && focused === end) video.focus();
  }
}
