/** The conversation: lines of people, files, and who comes and goes. */

import { element, make } from "./element.ts";

/** Lines kept; beyond, the oldest goes. */
const MAX_LINES = 500;
/** Whoever is that near the end sees what is new. */
const NEAR_PX = 80;

/** See the head of this file. */
export class Timeline {
  readonly #view = element("log");
  readonly #lines = element("log-lines");

  /** Empties it. */
  constructor() {
    this.#lines.replaceChildren();
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
    this.#append(line, isOwn);
    return line;
  }

  /** A line that nobody wrote. */
  note(text: string): void {
    this.#append(make("li", { className: "note", textContent: text }), false);
  }

  /** What was added last is shown, unless somebody reads further up. */
  #append(line: HTMLLIElement, isOwn: boolean): void {
    const view = this.#view;
    const hiddenPx = view.scrollHeight - view.clientHeight - view.scrollTop;
    this.#lines.append(line);
    while (this.#lines.childElementCount > MAX_LINES) {
      this.#lines.firstElementChild!.remove();
    }
    if (isOwn || hiddenPx < NEAR_PX) view.scrollTop = view.scrollHeight;
  }
}
