/** From path and method to handler; and what holds for every answer. */

import { PATHS } from "@sigmesh/core/wire";
import {
  type Answer,
  type Connection,
  EventStream,
  type Exchange,
} from "./exchange.ts";
import type { Assets } from "./assets.ts";
import {
  type Call,
  Handlers,
  type Payment,
  type Services,
  stampOf,
} from "./handlers.ts";
import { originOf } from "./host_rule.ts";
import { refuse } from "./negotiation.ts";
import { Rationing } from "./rationing.ts";
import type { Effort } from "../load/effort.ts";
import type { UnpaidBudget } from "../load/unpaid_budget.ts";

/** Answers any request; never throws, never rejects. */
export type Api = (
  request: Request,
  connection: Connection,
) => Promise<Answer>;

type Handler = (call: Call) => Answer | Promise<Answer>;
type Methods = Readonly<Partial<Record<"GET" | "POST", Handler>>>;

interface Route {
  /** Template of its paths; a label of metrics, so that clients must not choose it. */
  readonly endpoint: string;
  readonly methods: Methods;
}

/** A request as it is answered. */
interface Asked extends Pick<Call, "connection" | "url" | "payment"> {
  readonly route: Route | undefined;
}

/** Any page may call: there are no cookies, and each request pays for itself. */
const CORS = {
  "access-control-allow-origin": "*",
  "access-control-expose-headers": "WWW-Authenticate, Retry-After",
};

const PREFLIGHT = {
  "access-control-allow-headers": "Authorization, Content-Type, Last-Event-ID",
  "access-control-max-age": "7200",
};

/** Builds the API over a node's services. */
export function createApi(
  services: Services & {
    assets: Assets;
    unpaid: UnpaidBudget;
    effort: Effort;
    /** Gets what went wrong inside; the client only learns that something did. */
    onFault: (fault: unknown) => void;
    /** Is told of every request that was answered. */
    onExchange: (exchange: Exchange) => void;
    /** Milliseconds since some moment, to a fraction. */
    stopwatch?: () => number;
  },
): Api {
  const handlers = new Handlers(services);
  const rationing = new Rationing(services);
  const { assets, config, onFault, onExchange } = services;
  const { stopwatch = () => performance.now() } = services;
  const fixed: Record<string, Methods> = {
    [PATHS.home]: { GET: (call) => handlers.home(call) },
    [PATHS.nodes]: { GET: (call) => handlers.nodes(call) },
    [PATHS.ip]: { GET: (call) => handlers.ip(call) },
    [PATHS.health]: { GET: (call) => handlers.health(call) },
    ...(config.metrics
      ? { [PATHS.metrics]: { GET: () => handlers.metrics() } }
      : {}),
    "/demo": { GET: () => redirect("/demo/") },
    "/bench": { GET: () => redirect("/bench/") },
  };
  const room: Route = {
    endpoint: "/room/HASH",
    methods: {
      GET: (call) => handlers.readRoom(call),
      POST: (call) => handlers.post(call),
    },
  };

  function routeOf(path: string): Route | undefined {
    if (path.startsWith("/room/")) return room;
    const methods: Methods | undefined = assets.has(path)
      ? { GET: ({ request }) => assets.respond(path, request) }
      : Object.hasOwn(fixed, path)
      ? fixed[path]
      : undefined;
    return methods && { endpoint: path, methods };
  }

  async function answer(
    request: Request,
    { connection, url, payment, route }: Asked,
  ): Promise<Answer> {
    const origin = originOf(url.host, config, connection);
    if (origin === undefined) return refuse(request, wrongHost(url.host));
    if (route === undefined) return refuse(request, notFound());
    const { methods } = route;
    const allow = allowedMethods(methods);
    if (request.method === "OPTIONS") return preflight(allow);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const handler = isRouted(method) ? methods[method] : undefined;
    if (handler === undefined) {
      return refuse(request, {
        code: "method-not-allowed",
        detail: `This path takes ${allow}.`,
        headers: { allow },
      });
    }
    const answered = await handler({
      request,
      url,
      origin,
      connection,
      payment,
    });
    return request.method === "HEAD" && answered instanceof EventStream
      ? new Response(null, { headers: answered.headers })
      : answered;
  }

  async function answerOrFail(
    request: Request,
    asked: Asked,
  ): Promise<Answer> {
    try {
      return await answer(request, asked);
    } catch (fault) {
      onFault(fault);
      return refuse(request, {
        code: "internal",
        detail:
          "This node failed at your request; its operator's log says why.",
      });
    }
  }

  return async (request, connection) => {
    const since = stopwatch();
    const url = new URL(request.url);
    const route = routeOf(url.pathname);
    const stamp = stampOf(request, url);
    const payment: Payment = { stamp, isAccepted: false };
    const answered = await rationing.ration(request, {
      url,
      isStamped: stamp !== undefined && handlers.takesStamp(request),
      connection,
      payment,
      answer: () => answerOrFail(request, { connection, url, payment, route }),
    });
    const { headers } = answered;
    for (const [name, value] of Object.entries(CORS)) headers.set(name, value);
    headers.set("x-content-type-options", "nosniff");
    onExchange({
      endpoint: route?.endpoint ?? "unknown",
      method: METHODS.has(request.method) ? request.method : "other",
      status: answered instanceof EventStream ? 200 : answered.status,
      durationMs: stopwatch() - since,
    });
    return answered;
  };
}

/** Those that some endpoint takes; a client may send any word. */
const METHODS = new Set(["GET", "HEAD", "POST", "OPTIONS"]);

function isRouted(method: string): method is keyof Methods {
  return method === "GET" || method === "POST";
}

function allowedMethods(methods: Methods): string {
  const names = Object.keys(methods).flatMap((name) =>
    name === "GET" ? ["GET", "HEAD"] : [name]
  );
  return [...names, "OPTIONS"].join(", ");
}

function preflight(allow: string): Response {
  return new Response(null, {
    status: 204,
    headers: { ...PREFLIGHT, allow, "access-control-allow-methods": allow },
  });
}

function redirect(location: string): Response {
  return new Response(null, { status: 308, headers: { location } });
}

function wrongHost(host: string) {
  return {
    code: "host-refused",
    detail: `This node is not called ${host}. If it should be, start it with ` +
      `--public-url (its public origin) or --allowed-hosts ${host}.`,
  } as const;
}

function notFound() {
  return {
    code: "not-found",
    detail: "There is nothing at this path; GET / tells what there is.",
  } as const;
}
