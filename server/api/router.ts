/** From path and method to handler; and what holds for every answer. */

import { DHT_PATHS } from "@sigmesh/core/mutable_item";
import { PATHS, type Quote } from "@sigmesh/core/wire";
import {
  type Answer,
  type ApiRequest,
  type Connection,
  EventStream,
  type Exchange,
  Reply,
} from "./exchange.ts";
import type { Assets } from "./assets.ts";
import { type Call, type Payment, stampOf } from "./call.ts";
import { Handlers, type Services } from "./handlers.ts";
import { originOf } from "./host_rule.ts";
import { refuse } from "./negotiation.ts";
import type { Refusal } from "./problem.ts";
import { Rationing } from "./rationing.ts";
import { RoomHandlers } from "./room_handlers.ts";
import { DhtHandlers, type DhtServices } from "./dht_handlers.ts";
import { TokenHandlers, type TokenServices } from "./token_handlers.ts";
import type { Denial } from "../denial.ts";
import type { Effort } from "../load/effort.ts";
import type { UnpaidBudget } from "../load/unpaid_budget.ts";

/** Answers any request; never throws, never rejects. */
export type Api = (
  request: ApiRequest,
  connection: Connection,
) => Promise<Answer>;

type Handler = (call: Call) => Answer | Promise<Answer>;
type Methods = Readonly<Partial<Record<"GET" | "POST", Handler>>>;

interface Route {
  /** Template of its paths; a label of metrics, so that clients must not choose it. */
  readonly endpoint: string;
  readonly methods: Methods;
  /** Whether such a request is free only without a stamp. */
  readonly takesStamp?: (request: ApiRequest) => boolean;
  /** What is owed for one that need not be free, nor paid for. */
  readonly quote?: (request: ApiRequest) => Quote | undefined;
}

/** A request as it is answered. */
interface Asked extends Pick<Call, "request" | "connection" | "payment"> {
  readonly route: Route | undefined;
}

/** `--host ::` may have an address for everybody; beyond so many all are forgotten. */
const MAX_ORIGINS = 256;

const PREFLIGHT = {
  "access-control-allow-headers": "Authorization, Content-Type, Last-Event-ID",
  "access-control-max-age": "7200",
};

/** Builds the API over a node's services. */
export function createApi(
  services: Services & TokenServices & DhtServices & {
    assets: Assets;
    unpaid: UnpaidBudget;
    denial: Denial;
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
  const rooms = new RoomHandlers(services);
  const tokens = new TokenHandlers(services);
  const items = new DhtHandlers(services);
  const rationing = new Rationing(services);
  const { assets, config, denial, onFault, onExchange } = services;
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
      GET: (call) => rooms.read(call),
      POST: (call) => rooms.post(call),
    },
    takesStamp: (request) => rooms.takesStamp(request),
    quote: (request) => rooms.quoteOfStream(request),
  };
  const token: Route = {
    endpoint: PATHS.token,
    methods: {
      GET: (call) => tokens.describe(call),
      POST: (call) => tokens.issue(call),
    },
    takesStamp: ({ method }) => method === "POST",
  };

  const paid: Record<string, Route> = {
    [PATHS.token]: token,
    [DHT_PATHS.get]: {
      endpoint: DHT_PATHS.get,
      methods: {
        GET: (call) => items.describe(call, "dht-get"),
        POST: (call) => items.get(call),
      },
      takesStamp: token.takesStamp!,
    },
    [DHT_PATHS.put]: {
      endpoint: DHT_PATHS.put,
      methods: {
        GET: (call) => items.describe(call, "dht-put"),
        POST: (call) => items.put(call),
      },
      takesStamp: token.takesStamp!,
    },
  };

  function routeOf(path: string): Route | undefined {
    if (path.startsWith("/room/")) return room;
    if (Object.hasOwn(paid, path)) return paid[path];
    const methods: Methods | undefined = assets.has(path)
      ? { GET: ({ request }) => assets.respond(path, request) }
      : Object.hasOwn(fixed, path)
      ? fixed[path]
      : undefined;
    return methods && { endpoint: path, methods };
  }

  /** Few names are ours, and each is asked for again and again. */
  const origins = new Map<string, string>();

  function originBy(host: string, connection: Connection): string | undefined {
    const { scheme, localAddress, localPort } = connection;
    const key = `${scheme} ${host} ${localAddress} ${localPort}`;
    const known = origins.get(key);
    if (known !== undefined) return known;
    const origin = originOf(host, config, connection);
    if (origin === undefined) return undefined;
    if (origins.size >= MAX_ORIGINS) origins.clear();
    origins.set(key, origin);
    return origin;
  }

  async function answer(
    { request, connection, payment, route }: Asked,
  ): Promise<Answer> {
    const { url } = request;
    if (denial.ofAddress(connection.clientAddress)) {
      return refuse(request, DENIED);
    }
    const origin = originBy(url.host, connection);
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
    const answered = await handler({ request, origin, connection, payment });
    return request.method === "HEAD" && answered instanceof EventStream
      ? new Reply(200, answered.headers)
      : answered;
  }

  async function answerOrFail(asked: Asked): Promise<Answer> {
    try {
      return await answer(asked);
    } catch (fault) {
      onFault(fault);
      return refuse(asked.request, {
        code: "internal",
        detail:
          "This node failed at your request; its operator's log says why.",
      });
    }
  }

  return async (request, connection) => {
    const since = stopwatch();
    const route = routeOf(request.url.pathname);
    const stamp = stampOf(request);
    const payment: Payment = { stamp, isAccepted: false };
    const answered = await rationing.ration(request, {
      isStamped: stamp !== undefined && route?.takesStamp?.(request) === true,
      quote: () => route?.quote?.(request),
      connection,
      payment,
      answer: () => answerOrFail({ request, connection, payment, route }),
    });
    onExchange({
      endpoint: route?.endpoint ?? "unknown",
      method: METHODS.has(request.method) ? request.method : "other",
      status: answered.status,
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

function preflight(allow: string): Reply {
  const headers = { allow, "access-control-allow-methods": allow };
  return new Reply(204, { ...PREFLIGHT, ...headers });
}

function redirect(location: string): Reply {
  return new Reply(308, { location });
}

/** One whom the operator does not serve. */
export const DENIED = {
  code: "denied",
  detail: "This node's operator does not serve your address; use another one.",
} as const;

/** A Host that is not this node's. */
export function wrongHost(host: string): Refusal & { code: "host-refused" } {
  return {
    code: "host-refused",
    detail: `This node is not called ${host}. If it should be, start it with ` +
      `--public-url (its public origin) or --allowed-hosts ${host}.`,
  };
}

function notFound() {
  return {
    code: "not-found",
    detail: "There is nothing at this path; GET / tells what there is.",
  } as const;
}
