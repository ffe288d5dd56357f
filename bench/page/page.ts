/** The page at /bench/: hash rates of this browser, to look at and to take away. */

import {
  engineCandidates,
  type HashRate,
  type HashRateReport,
  measureInTurns,
  type OpenCandidates,
  poolCandidates,
  together,
} from "../hash_rates.ts";
import { engineWorkerCandidates, serveEngines } from "./engine_worker.ts";

const ROUNDS = 5;
const DURATION_MS = 500;

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

// The worker that the page starts loads this file too.
if (typeof document === "undefined") await serveEngines();
else watchButton();

function watchButton(): void {
  const start = element<HTMLButtonElement>("start");
  start.addEventListener("click", () => {
    start.disabled = true;
    measure()
      .catch((error) => tell(`This did not work: ${error.message}`))
      .finally(() => start.disabled = false);
  });
}

function tell(text: string): void {
  element("state").textContent = text;
}

/** Engines in a worker, where solving happens; pools; engines on the page's thread. */
async function openCandidates(): Promise<OpenCandidates> {
  const onPage = await engineCandidates();
  return together(
    await engineWorkerCandidates(import.meta.url),
    await poolCandidates(),
    {
      ...onPage,
      candidates: onPage.candidates.map((candidate) => ({
        ...candidate,
        name: `${candidate.name}, on the page's thread`,
      })),
    },
  );
}

async function measure(): Promise<void> {
  tell("Starting …");
  const { candidates, missing, close } = await openCandidates();
  const rates = await measureInTurns(candidates, {
    rounds: ROUNDS,
    durationMs: DURATION_MS,
    onStep(done, all, name) {
      tell(`${Math.round(done / all * 100)} %: ${name}`);
    },
  }).finally(close);
  tell("Measured.");
  element("table").hidden = false;
  element("rows").replaceChildren(...rates.map(row));
  element("missing").replaceChildren(...missing.map((reason) => {
    const item = document.createElement("li");
    item.textContent = `Not measured: ${reason}`;
    return item;
  }));
  offer({
    version: 1,
    kind: "hash-rates",
    date: new Date().toISOString(),
    device: element<HTMLInputElement>("device").value || "unnamed",
    runtime: navigator.userAgent,
    processors: navigator.hardwareConcurrency,
    rates,
  });
}

function row({ name, threads, median }: HashRate): HTMLTableRowElement {
  const made = document.createElement("tr");
  const wait = (work: number) => {
    const ms = work / median * 1000;
    return `${ms.toFixed(ms < 10 ? 1 : 0)} ms`;
  };
  const cells = [
    name,
    `${threads}`,
    (median / 1e6).toFixed(2),
    wait(2 ** 16),
    wait(2 ** 22),
  ];
  made.append(...cells.map((text) => {
    const cell = document.createElement("td");
    cell.textContent = text;
    return cell;
  }));
  return made;
}

function offer(report: HashRateReport): void {
  const download = element<HTMLAnchorElement>("download");
  URL.revokeObjectURL(download.href);
  const json = JSON.stringify(report, null, 2);
  const type = "application/json";
  download.href = URL.createObjectURL(new Blob([json], { type }));
  download.hidden = false;
}
