/**
 * Notices sessions of HTTP/2 whose client has vanished without a word: TCP
 * itself takes a quarter of an hour. HTTP/1.1 has no way to ask.
 */

import type { ServerHttp2Session } from "node:http2";
import type { Clock } from "../clock.ts";
import { SERVER_LIMITS } from "../limits.ts";
import type { ListenerTotals } from "./listener_totals.ts";

/** Open sessions, and whether the last ping is still unanswered. */
export class Http2Sessions {
  readonly #isAwaited = new Map<ServerHttp2Session, boolean>();
  readonly #ended: Pick<ListenerTotals["ended"], "no-pong">;
  #stop = () => {};

  /** `ended` is counted here. */
  constructor(ended: Pick<ListenerTotals["ended"], "no-pong">) {
    this.#ended = ended;
  }

  add(session: ServerHttp2Session): void {
    this.#isAwaited.set(session, false);
    session.once("close", () => this.#isAwaited.delete(session));
    session.on("error", () => {}); // it broke: "close" follows
  }

  start(clock: Clock): void {
    const everyMs = SERVER_LIMITS.pingSeconds * 1000;
    this.#stop = clock.every(everyMs, () => this.#ping());
  }

  /** Pings no more, takes no further requests and lets those under way end. */
  close(): void {
    this.#stop();
    for (const session of this.#isAwaited.keys()) session.close();
  }

  #ping(): void {
    for (const [session, isAwaited] of this.#isAwaited) {
      if (isAwaited) {
        this.#ended["no-pong"]++;
        session.destroy();
        continue;
      }
      this.#isAwaited.set(session, true);
      session.ping(() => {
        if (!session.destroyed) this.#isAwaited.set(session, false);
      });
    }
  }
}
