/** The server in a worker: relaying has a core of its own, and its faults are not the node's. */

import type { TurnLimits } from "../limits.ts";
import { startTurn } from "./start_turn.ts";
import type {
  TurnCertificate,
  TurnEndpoint,
  TurnOptions,
  TurnServer,
  TurnTotals,
} from "./turn_server.ts";

/** What the worker is told. */
export type TurnOrder =
  | {
    readonly kind: "start";
    readonly options: TurnOptions;
    readonly limits: Partial<TurnLimits>;
  }
  | {
    readonly kind: "renew";
    readonly username: string;
    readonly expiresAt: number;
  }
  | { readonly kind: "certificate"; readonly certificate: TurnCertificate }
  | { readonly kind: "close" };

/** What the worker tells. */
export type TurnReport =
  | {
    readonly kind: "started";
    readonly endpoints: readonly TurnEndpoint[];
    readonly totals: TurnTotals;
  }
  | {
    readonly kind: "failed";
    readonly message: string;
    readonly code?: string;
  }
  /** Once a second; with one of the faults since. */
  | {
    readonly kind: "totals";
    readonly totals: TurnTotals;
    readonly fault: string | undefined;
  }
  | { readonly kind: "closed" };

/** What of a worker's global scope is used here. */
interface WorkerScope {
  postMessage(report: TurnReport): void;
  onmessage: (event: { readonly data: TurnOrder }) => void;
}

const REPORT_MS = 1000;
const scope = globalThis as unknown as WorkerScope;
let server: TurnServer | undefined;
let reporting: ReturnType<typeof setInterval> | undefined;
let fault: string | undefined;

scope.onmessage = ({ data: order }) => {
  switch (order.kind) {
    case "start":
      return void start(order);
    case "renew":
      return server?.renew(order.username, order.expiresAt);
    case "certificate":
      return server?.setCertificate(order.certificate);
    case "close":
      return void close();
  }
};

async function start(
  { options, limits }: TurnOrder & { kind: "start" },
): Promise<void> {
  try {
    const onFault = (reason: unknown) => {
      fault = (reason as Error).stack ?? String(reason);
    };
    server = await startTurn(options, { limits, onFault });
    const { endpoints, totals } = server;
    scope.postMessage({ kind: "started", endpoints, totals });
    reporting = setInterval(report, REPORT_MS);
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    const coded = code === undefined ? {} : { code };
    scope.postMessage({ kind: "failed", message, ...coded });
  }
}

function report(): void {
  scope.postMessage({ kind: "totals", totals: server!.totals, fault });
  fault = undefined;
}

async function close(): Promise<void> {
  clearInterval(reporting);
  await server?.close();
  scope.postMessage({ kind: "closed" });
}
