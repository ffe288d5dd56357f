/** Engines on a thread of their own, as solving has it: the page's draws the page too. */

import { engineCandidates, type OpenCandidates } from "../hash_rates.ts";

/** What the worker says: first what it can measure, then a rate for each order. */
type Said =
  | {
    readonly kind: "ready";
    readonly names: readonly string[];
    readonly missing: readonly string[];
  }
  | { readonly kind: "rate"; readonly hashesPerSecond: number }
  | { readonly kind: "failed"; readonly reason: string };

/** Measures the candidate of that number for so long. */
interface Order {
  readonly index: number;
  readonly durationMs: number;
}

/** The worker's global scope; no lib has it beside the page's. */
const scope = globalThis as unknown as {
  onmessage: (event: { data: Order }) => void;
  postMessage: (said: Said) => void;
};

/** The worker's part. */
export async function serveEngines(): Promise<void> {
  const { candidates, missing } = await engineCandidates();
  scope.onmessage = ({ data: { index, durationMs } }) => {
    candidates[index]!.measure(durationMs).then(
      (hashesPerSecond) => scope.postMessage({ kind: "rate", hashesPerSecond }),
      ({ message }) => scope.postMessage({ kind: "failed", reason: message }),
    );
  };
  const names = candidates.map(({ name }) => name);
  scope.postMessage({ kind: "ready", names, missing });
}

/**
 * The page's part: starts `script`, which must call {@linkcode serveEngines},
 * from a blob, as the page's policy demands; by `import()`, since a worker's
 * static imports are ruled by worker-src, which allows nothing but blobs. Where
 * workers are forbidden nothing is measured, and the reason given.
 */
export async function engineWorkerCandidates(
  script: string,
): Promise<OpenCandidates> {
  const source = `import(${JSON.stringify(script)}).catch(({ message }) =>
    postMessage({ kind: "failed", reason: message }));`;
  const url = URL.createObjectURL(
    new Blob([source], { type: "text/javascript" }),
  );
  const worker = new Worker(url, { type: "module" });
  const close = () => {
    worker.terminate();
    URL.revokeObjectURL(url);
  };
  try {
    const said = await answerOf(worker);
    if (said.kind === "failed") throw new Error(said.reason);
    if (said.kind === "rate") throw new Error("it measured without an order");
    const { names, missing } = said;
    return {
      candidates: names.map((name, index) => ({
        name,
        threads: 1,
        async measure(durationMs) {
          worker.postMessage({ index, durationMs } satisfies Order);
          const said = await answerOf(worker);
          if (said.kind === "rate") return said.hashesPerSecond;
          throw new Error(
            said.kind === "failed" ? said.reason : "started anew",
          );
        },
      })),
      missing,
      close,
    };
  } catch (error) {
    close();
    const reason = `engines in a worker: ${(error as Error).message}`;
    return { candidates: [], missing: [reason], close() {} };
  }
}

/** The next thing that it says. */
function answerOf(worker: Worker): Promise<Said> {
  return new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<Said>) => resolve(data);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new Error(event.message || "worker-src must allow blob:"));
    };
  });
}
