/**
 * Links without sockets: texts between federations of one process. What is sent
 * arrives when the network is told to carry it, or after a delay that a
 * simulation chooses.
 */

import type {
  Dial,
  LinkSocket,
  LinkSocketEvents,
} from "../mesh/links/link_socket.ts";

/** From one origin to another. */
export interface Way {
  readonly from: string;
  readonly to: string;
}

/** Runs a task once what is sent now has arrived; in order, for tasks of one way. */
export type Schedule = (task: () => void, way: Way) => void;

/** Runs a task once a side whose other one has vanished has noticed. */
export type ScheduleNotice = (task: () => void) => void;

/** Takes a socket that was dialled, as a node does an upgrade. */
export type Accept = (socket: LinkSocket, from: string) => void;

/** Who can be dialled, and how what is sent gets there. */
export class SimulatedLinks {
  readonly #schedule: Schedule;
  readonly #nodes = new Map<string, Accept>();
  readonly #vanished = new Set<string>();
  readonly #sockets = new Set<SimulatedSocket>();
  readonly #onCarried: (text: string, way: Way) => void;
  /** Texts carried so far. */
  carried = 0;

  constructor(
    schedule: Schedule,
    onCarried: (text: string, way: Way) => void = () => {},
  ) {
    this.#schedule = schedule;
    this.#onCarried = onCarried;
  }

  /** Sockets that are open, two for each link. */
  get size(): number {
    return this.#sockets.size;
  }

  /** Lets an origin be dialled. */
  listen(origin: string, accept: Accept): void {
    this.#nodes.set(origin, accept);
  }

  /** Ends all links of a node; it cannot be dialled any more. */
  kill(origin: string): void {
    this.#nodes.delete(origin);
    for (const socket of this.#sockets) {
      if (socket.from === origin || socket.to === origin) socket.destroy();
    }
  }

  /**
   * A node's machine is gone, without a word: nothing arrives there or comes from
   * there, who dials it hears nothing, and each other side is told when `notice` says.
   */
  vanish(origin: string, notice: ScheduleNotice): void {
    this.#nodes.delete(origin);
    this.#vanished.add(origin);
    for (const socket of this.#sockets) {
      if (socket.to === origin) notice(() => socket.destroy());
      else if (socket.from === origin) socket.fallSilent();
    }
  }

  /** How the node at an origin dials others. */
  dialFrom(from: string): Dial {
    return (to) => {
      const near = new SimulatedSocket(this, { from, to });
      this.#schedule(() => this.#connect(near), near);
      return near;
    };
  }

  later(task: () => void, way: Way): void {
    this.#schedule(task, way);
  }

  noteCarried(text: string, way: Way): void {
    this.carried++;
    this.#onCarried(text, way);
  }

  #connect(near: SimulatedSocket): void {
    const { from, to } = near;
    if (this.#vanished.has(to) || this.#vanished.has(from)) return;
    const accept = this.#nodes.get(to);
    if (accept === undefined || near.isClosed) return near.noteClosed(false);
    const far = new SimulatedSocket(this, { from: to, to: from });
    near.pair(far);
    for (const socket of [near, far]) this.#sockets.add(socket);
    accept(far, from);
    near.events?.opened();
  }

  forget(socket: SimulatedSocket): void {
    this.#sockets.delete(socket);
  }
}

class SimulatedSocket implements LinkSocket {
  events: LinkSocketEvents | undefined;
  readonly from: string;
  readonly to: string;
  readonly #links: SimulatedLinks;
  readonly unsentBytes = 0;
  #other: SimulatedSocket | undefined;
  #isPaused = false;
  #isOver = false;
  isClosed = false;
  readonly #waiting: string[] = [];

  constructor(
    links: SimulatedLinks,
    { from, to }: { from: string; to: string },
  ) {
    this.#links = links;
    this.from = from;
    this.to = to;
  }

  get isOpen(): boolean {
    return this.#other !== undefined && !this.isClosed;
  }

  pair(other: SimulatedSocket): void {
    this.#other = other;
    other.#other = this;
  }

  send(text: string): void {
    if (!this.isOpen) return;
    const other = this.#other!;
    this.#links.later(() => other.#arrive(text), this);
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    for (const text of this.#waiting.splice(0)) this.#arrive(text);
  }

  destroy(): void {
    this.#end(false);
  }

  /** Neither sends nor hears any more, and tells nobody. */
  fallSilent(): void {
    this.isClosed = true;
    this.#isOver = true;
    this.#links.forget(this);
  }

  endBusy(): void {
    this.#end(true);
  }

  noteClosed(isBusy: boolean): void {
    this.isClosed = true;
    if (this.#isOver) return;
    this.#isOver = true;
    this.#links.forget(this);
    this.events?.closed(isBusy);
  }

  #end(isBusy: boolean): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const socket of [this, this.#other]) {
      const note = () => socket?.noteClosed(isBusy && socket !== this);
      this.#links.later(note, this);
    }
  }

  #arrive(text: string): void {
    if (this.isClosed) return;
    if (this.#isPaused) return void this.#waiting.push(text);
    const { from: to, to: from } = this;
    this.#links.noteCarried(text, { from, to });
    this.events?.received(text);
  }
}
