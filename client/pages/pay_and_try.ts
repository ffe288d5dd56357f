/** The form "pay and try": a body in, proof of work, what the node answered. */

import type { SolveProgress } from "@sigmesh/core";
import { NodeRefusalError } from "../errors.ts";
import type { Cost } from "../payment.ts";

/** An answer that was paid for. */
export interface Paid {
  /** What the node said, as a sentence. */
  readonly outcome: string;
  /** Details of the answer. */
  readonly facts: Readonly<Record<string, string>>;
  readonly cost: Cost;
}

/** Pays for a body and sends it. */
export type PayFor = (
  body: string,
  options: {
    signal: AbortSignal;
    onProgress: (progress: SolveProgress) => void;
  },
) => Promise<Paid>;

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

/** Shows the form of `server/api/views/pay_and_try.tsx` and lets it pay. */
export function openPayAndTry(payFor: PayFor): void {
  new PayAndTry(payFor).open();
}

class PayAndTry {
  readonly #payFor: PayFor;
  readonly #form = element<HTMLFormElement>("pay-form");
  readonly #body = element<HTMLTextAreaElement>("pay-body");
  readonly #send = element("pay-send");
  readonly #stop = element("pay-stop");
  readonly #progress = element<HTMLProgressElement>("pay-progress");
  readonly #work = element("pay-work");
  readonly #outcome = element("pay-outcome");
  readonly #facts = element("pay-facts");
  #paying: AbortController | undefined;

  constructor(payFor: PayFor) {
    this.#payFor = payFor;
  }

  open(): void {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#paying === undefined) this.#pay(new AbortController());
    });
    this.#stop.addEventListener("click", () => this.#paying?.abort());
    this.#form.hidden = false;
  }

  async #pay(controller: AbortController): Promise<void> {
    const { signal } = controller;
    this.#setPaying(controller);
    this.#tell("", "Paying …");
    try {
      const paid = await this.#payFor(this.#body.value, {
        signal,
        onProgress: (progress) => this.#showProgress(progress),
      });
      this.#tell("status", paid.outcome);
      this.#showFacts({ ...paid.facts, ...describeCost(paid.cost) });
    } catch (error) {
      const stopped = "Stopped: nothing more is sent.";
      this.#tell("status bad", signal.aborted ? stopped : describeError(error));
    } finally {
      this.#setPaying(undefined);
    }
  }

  /** Send is not disabled while paying: it would lose the keyboard's focus. */
  #setPaying(controller: AbortController | undefined): void {
    const isPaying = controller !== undefined;
    this.#paying = controller;
    this.#send.ariaDisabled = isPaying ? "true" : null;
    if (document.activeElement === this.#stop) this.#send.focus();
    this.#stop.hidden = this.#progress.hidden = !isPaying;
    this.#progress.value = 0;
    this.#work.textContent = "";
  }

  /** Seen, not read out: it changes many times a second. */
  #showProgress(progress: SolveProgress): void {
    const { hashes, expected } = progress;
    this.#progress.value = Math.min(1, hashes / Math.max(1, expected));
    this.#work.textContent = describeProgress(progress);
  }

  #tell(mood: string, text: string): void {
    this.#facts.hidden = true;
    this.#outcome.className = mood;
    this.#outcome.textContent = text;
  }

  #showFacts(facts: Readonly<Record<string, string>>): void {
    this.#facts.replaceChildren(...describe(facts));
    this.#facts.hidden = false;
  }
}

function describeProgress(
  { hashes, expected, hashesPerSecond }: SolveProgress,
): string {
  const share = Math.round(hashes / Math.max(1, expected) * 100);
  return `${share} % of the average work, ${megahashes(hashesPerSecond)}`;
}

function describeCost(
  { height, hashes, milliseconds, engine, threads }: Cost,
): Record<string, string> {
  const rate = hashes / milliseconds * 1000;
  return {
    Paid: `${height.toFixed(2)} bits`,
    Work: `${hashes.toLocaleString("en")} hashes in ` +
      `${milliseconds.toFixed(milliseconds < 10 ? 1 : 0)} ms, ` +
      megahashes(rate),
    Engine: `${engine}, ${threads} ${threads === 1 ? "thread" : "threads"}`,
  };
}

function megahashes(hashesPerSecond: number): string {
  return `${(hashesPerSecond / 1e6).toFixed(1)} MH/s`;
}

function describeError(error: unknown): string {
  if (error instanceof NodeRefusalError) {
    const { status, title, detail } = error.problem;
    return `${status} ${title}: ${detail}`;
  }
  return error instanceof Error ? error.message : String(error);
}

function describe(facts: Readonly<Record<string, string>>): HTMLElement[] {
  return Object.entries(facts).flatMap(([name, value]) => {
    const [term, detail] = ["dt", "dd"].map((tag) =>
      document.createElement(tag)
    );
    term!.textContent = name;
    detail!.textContent = value;
    return [term!, detail!];
  });
}
