/** The conversation: lines of people, files, and who comes and goes. */

import { element, make } from "./element.ts";

/** Lines kept; beyond, the oldest goes. */
const MAX_LINES = 500;
/** Whoever is that near the end reads what is new. */
const NEAR_PX = 80;

/** See the head of this file. */
export class Timeline {
  readonly #view = element("log");
  readonly #lines = element("log-lines");
  /** What is new is shown, unless somebody reads further up. */
  #isFollowing = true;

  /** Empties it, and follows what is added until `signal` is aborted. */
  constructor(signal: AbortSignal) {
    const view = this.#view;
    this.#lines.replaceChildren();
    view.addEventListener("scroll", () => {
      const hiddenPx = view.scrollHeight - view.clientHeight - view.scrollTop;
      this.#isFollowing = hiddenPx < NEAR_PX;
    }, { signal });
    // Files grow by a link when they have arrived.
    const observer = new ResizeObserver(() => {
      if (this.#isFollowing) view.scrollTop = view.scrollHeight;
    });
    observer.observe(this.#lines);
    signal.addEventListener("abort", () => observer.disconnect());
  }

  /** A line that somebody wrote, or a file of theirs. */
  add(
    author: string,
    content: string | Node,
    { isOwn = false } = {},
  ): HTMLLIElement {
    const line = make("li", { className: isOwn ? "own" : "" });
    const head = make("p", { className: "author" });
    const now = new Date();
    head.append(
      make("bdi", { textContent: author }),
      " ",
      make("time", {
        dateTime: now.toISOString(),
        textContent: now.toLocaleTimeString([], {
          hour: "2-digit",
          minute: "2-digit",
        }),
      }),
    );
    const isText = typeof content === "string";
    line.append(
      head,
      isText
        ? make("bdi", { className: "said", textContent: content })
        : content,
    );
    this.#isFollowing ||= isOwn;
    this.#append(line);
    return line;
  }

  /** A line that nobody wrote. */
  note(text: string): void {
    this.#append(make("li", { className: "note", textContent: text }));
  }

  #append(line: HTMLLIElement): void {
    this.#lines.append(line);
    while (this.#lines.childElementCount > MAX_LINES) {
      this.#lines.firstElementChild!.remove();
    }
  }
}
