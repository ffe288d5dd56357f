/** One stay in a room: what the room tells goes to the parts of the page. */

import { joinRoom, type Peer, type Room } from "../mod.ts";
import { Call } from "./call.ts";
import { openComposer } from "./composer.ts";
import { showCosts } from "./costs.ts";
import { announce, element } from "./element.ts";
import { Files } from "./files.ts";
import type { Wish } from "./lobby.ts";
import { People } from "./people.ts";
import { formatDuration } from "./quantities.ts";
import { StatusLine } from "./status_line.ts";
import { Timeline } from "./timeline.ts";
import { messageOf } from "./trouble.ts";
import { type About, parseUtterance, toJson } from "./utterance.ts";

/** Rooms of other applications are others, though they have the same name. */
const APP = "sigmesh demo";
const NOBODY = "Nobody is here yet: send the address to somebody first.";

/** See the head of this file. */
export class Visit {
  readonly #ownName: string;
  readonly #leaving = new AbortController();
  readonly #notice = element("notice");
  #room: Room | undefined;
  #detail = "";

  constructor(ownName: string) {
    this.#ownName = ownName;
  }

  /** Joins; all that comes then is shown. Rejects as {@linkcode joinRoom} does. */
  async begin({ roomName, password }: Wish): Promise<void> {
    const { signal } = this.#leaving;
    const startedAtMs = performance.now();
    announce(this.#notice, "");
    element("cost-joined").textContent = "…";
    await joinRoom({ app: APP }, roomName, {
      nodes: location.origin,
      password: password === "" ? undefined : password,
      signal,
      onRoom: (room) => this.#show(room),
    });
    element("cost-joined").textContent = formatDuration(
      performance.now() - startedAtMs,
    );
  }

  /** Leaves; the others learn it at once. */
  leave(): void {
    this.#leaving.abort(new DOMException("The room was left", "AbortError"));
    this.#room?.leave();
  }

  /** Connects the room to the page, from before it is joined. */
  #show(room: Room): void {
    this.#room = room;
    const { signal } = this.#leaving;
    const ownName = this.#ownName;
    const timeline = new Timeline(signal);
    const status = new StatusLine(room, signal);
    const showStatus = () =>
      status.show({
        state: room.state,
        detail: this.#detail,
        ...people.counts,
      });
    const people = new People(room, {
      ownName,
      signal,
      listener: {
        onChange: showStatus,
        onCome: (name) => timeline.note(`${name} is here`),
        onLeave: (name, reason) =>
          timeline.note(
            `${name} ${reason === "left" ? "has left" : "is out of reach"}`,
          ),
      },
    });
    const nameOf = (peerId: string) => people.nameOf(peerId);
    const files = new Files(room, { timeline, ownName, nameOf, signal });
    const call = new Call(room, {
      signal,
      nameOf,
      aboutOf: (peerId) => people.aboutOf(peerId),
      onChange: () => this.#introduce(call.about),
    });
    showCosts(room);
    room.addEventListener("state", ({ detail }) => {
      this.#detail = detail;
      element("cost-node").textContent = room.node ?? "none";
      showStatus();
    });
    room.addEventListener("error", ({ error }) => {
      announce(this.#notice, messageOf(error));
    });
    room.addEventListener("paid", () => announce(this.#notice, ""));
    room.addEventListener("peerjoin", ({ peer }) => {
      this.#introduce(call.about, peer);
    });
    room.addEventListener("message", ({ peer, data }) => {
      const said = parseUtterance(data);
      if (said?.is === "chat") timeline.add(nameOf(peer.id), said.text);
      if (said?.is !== "about") return;
      people.introduce(peer, said);
      call.relabel(peer);
    });
    openComposer({
      signal,
      onText: (text) => this.#say(text, timeline),
      onFiles: (all) => {
        if (room.peers.size === 0) announce(this.#notice, NOBODY);
        else files.send(all);
      },
    });
    showStatus();
  }

  #say(text: string, timeline: Timeline): boolean {
    const room = this.#room!;
    const isAlone = room.peers.size === 0;
    announce(this.#notice, isAlone ? NOBODY : "");
    if (isAlone) return false;
    room.send(toJson({ is: "chat", text }))
      .catch((error) => announce(this.#notice, messageOf(error)));
    timeline.add(this.#ownName, text, { isOwn: true });
    return true;
  }

  /** Says who this is, to one peer or to all. */
  #introduce(call: Pick<About, "isMuted" | "screen">, to?: Peer): void {
    const about = toJson({ is: "about", name: this.#ownName, ...call });
    // Who has left meanwhile need not know.
    this.#room!.send(about, { to: to?.id }).catch(() => {});
  }
}
