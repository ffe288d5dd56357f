import type {
  LinkSocket,
  LinkSocketEvents,
} from "../mesh/links/link_socket.ts";

/** A socket whose other end is the test. */
export class FakeLinkSocket implements LinkSocket {
  events: LinkSocketEvents | undefined;
  isOpen: boolean;
  unsentBytes = 0;
  isPaused = false;
  isBusyEnd = false;
  readonly #sent: string[] = [];

  constructor({ isOpen = true } = {}) {
    this.isOpen = isOpen;
  }

  send(text: string): void {
    this.#sent.push(text);
  }

  pause(): void {
    this.isPaused = true;
  }

  resume(): void {
    this.isPaused = false;
  }

  destroy(): void {
    this.close();
  }

  endBusy(): void {
    this.isBusyEnd = true;
    this.close();
  }

  /** It opens, and the other side says hello. */
  greet(): void {
    if (!this.isOpen) {
      this.isOpen = true;
      this.events!.opened();
    }
    this.say({ type: "hello", protocol: 1, version: "0" });
  }

  /** The other side sends a frame. */
  say(frame: object): void {
    this.events!.received(JSON.stringify(frame));
  }

  /** The connection ends. */
  close(isBusy = false): void {
    if (!this.isOpen && this.events === undefined) return;
    this.isOpen = false;
    const { events } = this;
    this.events = undefined;
    queueMicrotask(() => events?.closed(isBusy));
  }

  /** Frames sent since the last call, hello left out, as `type room`. */
  take(): string[] {
    return this.#sent.splice(0).map((text) => JSON.parse(text))
      .filter(({ type }) => type !== "hello")
      .map(({ type, room = "", relay }) =>
        `${type} ${room.slice(0, 2)}${relay ? " for others" : ""}`
      );
  }
}
