/** One file on its way, as the conversation shows it. */

import { make } from "./element.ts";
import { formatBytes } from "./quantities.ts";

/** See the head of this file. */
export class FileCard {
  /** To be put into the page. */
  readonly element: HTMLDivElement = make("div", { className: "file" });
  readonly #name: string;
  readonly #share = make("progress", { max: 1, value: 0 });
  /** Not read out: it changes many times a second. */
  readonly #amount = make("span", { className: "quiet", ariaHidden: "true" });
  readonly #outcome = make("span", { className: "quiet" });
  readonly #actions = make("span", { className: "file-actions" });
  #url: string | undefined;

  constructor(name: string, { verb }: { verb: "Sending" | "Receiving" }) {
    this.#name = name;
    this.#share.ariaLabel = `${verb} ${name}`;
    const title = make("bdi", { className: "file-name", textContent: name });
    this.element.append(
      title,
      this.#share,
      this.#amount,
      this.#outcome,
      this.#actions,
    );
  }

  /** How far it is. */
  progress(bytes: number, total: number): void {
    this.#share.value = total > 0 ? bytes / total : 1;
    this.#amount.textContent = `${formatBytes(bytes)} of ${formatBytes(total)}`;
  }

  /** A way to give it up. */
  offerCancel(cancel: () => void): void {
    this.#offer("Cancel", cancel);
  }

  /** It is over; `outcome` says how. */
  end(outcome: string): void {
    this.#share.remove();
    this.#amount.remove();
    this.#actions.replaceChildren();
    this.#outcome.textContent = outcome;
  }

  /** A link to it, until it is let go. */
  offerDownload(blob: Blob): void {
    this.#url = URL.createObjectURL(blob);
    const link = make("a", {
      className: "button",
      href: this.#url,
      download: this.#name,
      textContent: "Download",
    });
    link.ariaLabel = `Download ${this.#name}`;
    this.#actions.replaceChildren(link);
    this.#offer("Discard", () => {
      this.release();
      this.end("Discarded");
    });
  }

  /** Frees what the link leads to. */
  release(): void {
    if (this.#url === undefined) return;
    URL.revokeObjectURL(this.#url);
    this.#url = undefined;
    this.#actions.replaceChildren();
  }

  #offer(textContent: string, act: () => void): void {
    const button = make("button", { type: "button", textContent });
    button.ariaLabel = `${textContent} ${this.#name}`;
    button.addEventListener("click", act);
    this.#actions.append(button);
  }
}
