/** Before a room: who comes, to which room, with which password. */

import { announce, element } from "./element.ts";
import { drawRoomName, roomNameIn, tidyRoomName } from "./room_name.ts";
import { tidyName } from "./utterance.ts";

/** What somebody wants to join. */
export interface Wish {
  readonly ownName: string;
  readonly roomName: string;
  /** Empty: none. */
  readonly password: string;
}

const NAME_KEY = "sigmesh demo name";

/** See the head of this file. */
export class Lobby {
  readonly #section = element("lobby");
  readonly #notice = element("lobby-notice");
  readonly #name = element<HTMLInputElement>("name");
  readonly #room = element<HTMLInputElement>("room-name");
  readonly #password = element<HTMLInputElement>("password");
  readonly #join = element<HTMLButtonElement>("join");

  constructor(onJoin: (wish: Wish) => void) {
    this.#name.value = rememberedName();
    element("join-form").addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#join.ariaDisabled === "true") return;
      onJoin(this.#readWish());
    });
    element("draw").addEventListener("click", () => {
      this.#room.value = drawRoomName();
    });
  }

  /** Opens it; the address names the room, or the first to come draws a name. */
  open(notice = "", mood: "bad" | "quiet" = "quiet"): void {
    this.#section.hidden = false;
    this.#room.value = roomNameIn(location.hash) || this.#room.value ||
      drawRoomName();
    this.#notice.className = mood === "bad" ? "status bad" : mood;
    announce(this.#notice, notice);
  }

  /** Says why nobody can join here. */
  refuse(reason: string): void {
    this.open(reason, "bad");
    this.#join.ariaDisabled = "true";
  }

  close(): void {
    this.#section.hidden = true;
  }

  focus(): void {
    this.#join.focus();
  }

  #readWish(): Wish {
    const ownName = tidyName(this.#name.value) || drawGuestName();
    this.#name.value = ownName;
    rememberName(ownName);
    const roomName = tidyRoomName(this.#room.value) || drawRoomName();
    this.#room.value = roomName;
    return { ownName, roomName, password: this.#password.value };
  }
}

function drawGuestName(): string {
  return `Guest ${crypto.getRandomValues(new Uint16Array(1))[0]! % 900 + 100}`;
}

/** Storage may be forbidden: then nothing is remembered. */
function rememberedName(): string {
  try {
    return tidyName(localStorage.getItem(NAME_KEY) ?? "");
  } catch {
    return "";
  }
}

function rememberName(name: string): void {
  try {
    localStorage.setItem(NAME_KEY, name);
  } catch {
    // see above
  }
}
