/**
 * The API of the port that the DHT names: where the node itself is behind TLS
 * or a proxy, it tells who looks there which origin to ask. All that it says
 * is a hint.
 */

import { PATHS, PROTOCOL } from "@sigmesh/core/wire";
import type { Effort } from "../load/effort.ts";
import type { UnpaidBudget } from "../load/unpaid_budget.ts";
import { Reply } from "./exchange.ts";
import { Rationing } from "./rationing.ts";
import type { Api } from "./router.ts";

/** Answers `GET /`, whatever the Host is: an address is all that the DHT has. */
export function createHintApi({ url, unpaid, effort }: {
  /** The node's public origin. */
  url: string;
  unpaid: UnpaidBudget;
  effort: Effort;
}): Api {
  const rationing = new Rationing({ unpaid, effort });
  const headers = {
    "content-type": "application/json",
    "cache-control": "no-store",
  };
  const body = JSON.stringify({ name: "sigmesh", protocol: PROTOCOL, url });
  const hint = new Reply(200, headers, body);
  const nothing = new Reply(404, headers, JSON.stringify({ url }));
  return (request, connection) => {
    const { method, url: { pathname } } = request;
    const isHint = pathname === PATHS.home &&
      (method === "GET" || method === "HEAD");
    return rationing.ration(request, {
      isStamped: false,
      connection,
      payment: { isAccepted: false },
      answer: () => Promise.resolve(isHint ? hint : nothing),
    });
  };
}
