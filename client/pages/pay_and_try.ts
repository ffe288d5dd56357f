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
  const form = element<HTMLFormElement>("pay-form");
  const body = element<HTMLTextAreaElement>("pay-body");
  const send = element("pay-send");
  const stop = element("pay-stop");
  const progress = element<HTMLProgressElement>("pay-progress");
  const work = element("pay-work");
  const outcome = element("pay-outcome");
  const facts = element("pay-facts");
  let paying: AbortController | undefined;

  // Send is not disabled while paying: it would lose the keyboard's focus.
  function setPaying(controller: AbortController | undefined): void {
    paying = controller;
    const isPaying = controller !== undefined;
    send.ariaDisabled = isPaying ? "true" : null;
    if (!isPaying && document.activeElement === stop) send.focus();
    stop.hidden = progress.hidden = !isPaying;
    work.textContent = "";
  }

  function showProgress({ hashes, expected, ...rate }: SolveProgress): void {
    progress.value = Math.min(1, hashes / Math.max(1, expected));
    work.textContent = describeProgress({ hashes, expected, ...rate });
  }

  async function pay(): Promise<void> {
    const controller = new AbortController();
    setPaying(controller);
    progress.value = 0;
    facts.hidden = true;
    outcome.className = "";
    outcome.textContent = "Paying …";
    try {
      const { signal } = controller;
      const paid = await payFor(body.value, {
        signal,
        onProgress: showProgress,
      });
      outcome.className = "status";
      outcome.textContent = paid.outcome;
      facts.replaceChildren(
        ...describe({ ...paid.facts, ...describeCost(paid.cost) }),
      );
      facts.hidden = false;
    } catch (error) {
      outcome.className = "status bad";
      outcome.textContent = controller.signal.aborted
        ? "Stopped: nothing more is sent."
        : describeError(error);
    } finally {
      setPaying(undefined);
    }
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (paying === undefined) pay();
  });
  stop.addEventListener("click", () => paying?.abort());
  form.hidden = false;
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
