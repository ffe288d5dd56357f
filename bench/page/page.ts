/** The page at /bench/: hash rates of this browser, to look at and to take away. */

import {
  type HashRate,
  type HashRateReport,
  measureInTurns,
  ownCandidates,
} from "../hash_rates.ts";

const ROUNDS = 5;
const DURATION_MS = 500;

function element<T extends HTMLElement>(id: string): T {
  return document.getElementById(id) as T;
}

const start = element<HTMLButtonElement>("start");
const state = element("state");
const download = element<HTMLAnchorElement>("download");

start.addEventListener("click", () => {
  start.disabled = true;
  measure()
    .catch((error) => state.textContent = `This did not work: ${error.message}`)
    .finally(() => start.disabled = false);
});

async function measure(): Promise<void> {
  state.textContent = "Starting …";
  const { candidates, missing, close } = await ownCandidates();
  const rates = await measureInTurns(candidates, {
    rounds: ROUNDS,
    durationMs: DURATION_MS,
    onStep(done, all, name) {
      state.textContent = `${Math.round(done / all * 100)} %: ${name}`;
    },
  }).finally(close);
  state.textContent = "Measured.";
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
  URL.revokeObjectURL(download.href);
  const json = JSON.stringify(report, null, 2);
  const type = "application/json";
  download.href = URL.createObjectURL(new Blob([json], { type }));
  download.hidden = false;
}
