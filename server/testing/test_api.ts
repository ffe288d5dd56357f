/** A node's API without a socket, under a clock that stands still. */

import { challengeOf, formatStamp, solve } from "@sigmesh/core";
import type { Problem, Quote } from "@sigmesh/core/wire";
import {
  type ApiRequest,
  type Connection,
  type EventStream,
  type Held,
  Reply,
} from "../api/exchange.ts";
import { type Config, DEFAULT_CONFIG } from "../config.ts";
import { addressBlocksOf } from "../address.ts";
import { buildNode, type Surroundings } from "../node.ts";
import { FakeClock } from "./fake_clock.ts";
import { idleReadings, TRIVIAL_CURVE } from "./test_node.ts";

/** The origin that tests dial. */
export const ORIGIN = "http://localhost:8000";

const connection: Omit<Connection, "addressBlocks"> = {
  clientAddress: "192.0.2.1",
  localAddress: "192.0.2.9",
  localPort: 8000,
  scheme: "http",
};

/** A request as a test writes it. */
export interface TestRequest extends RequestInit {
  /** Default `ORIGIN`. */
  origin?: string;
  from?: Partial<Connection>;
}

/** Builds an API, and ways to call it. */
export async function createTestApi(
  config: Partial<Config> = {},
  surroundings: Surroundings = {},
) {
  const clock = new FakeClock();
  const faults: unknown[] = [];
  const node = await buildNode(
    {
      ...DEFAULT_CONFIG,
      curve: TRIVIAL_CURVE,
      dht: { kind: "none" },
      turn: { kind: "none" },
      mesh: false,
      ...config,
    },
    {
      clock,
      readings: idleReadings,
      random: () => 0,
      onFault: (fault) => faults.push(fault),
      ...surroundings,
    },
  );
  await node.turn?.start(null);
  node.start();

  /** Calls with what fetch takes; a whole reply comes as a web Response. */
  async function call(
    path: string,
    { origin = ORIGIN, from = {}, ...init }: TestRequest = {},
  ): Promise<Response | Held | EventStream> {
    const request = new Request(origin + path, init);
    const { clientAddress } = { ...connection, ...from };
    const addressBlocks = addressBlocksOf(clientAddress);
    const answer = await node.api(
      await toApiRequest(request),
      { ...connection, addressBlocks, ...from },
    );
    return answer instanceof Reply ? toResponse(answer) : answer;
  }

  /** A call whose answer is a response, in JSON. */
  async function json(path: string, init: TestRequest = {}) {
    const headers = { accept: "application/json", ...init.headers };
    const response = await call(path, { ...init, headers }) as Response;
    const text = await response.text();
    return { response, body: text === "" ? undefined : JSON.parse(text) };
  }

  /** What a post to this path must be paid with. */
  async function quoteFor(path: string, posted = ""): Promise<Quote> {
    const { body } = await json(path, { method: "POST", body: posted });
    const { token, height } = body as Problem;
    return { token: token!, height: height! };
  }

  /** Mines a stamp at what is owed, or at another height. */
  async function pay(
    path: string,
    body: string,
    { method = "POST", ...given }: Partial<Quote & { method: string }> = {},
  ) {
    const isQuoted = "token" in given && "height" in given;
    const quote = isQuoted ? {} : await quoteFor(path, body);
    const { token, height } = { ...quote, ...given } as Quote;
    const salt = crypto.getRandomValues(new Uint8Array(6));
    const url = ORIGIN + path;
    const challenge = challengeOf({ token, method, url, salt, body });
    const { nonces } = await solve(challenge, height);
    return formatStamp({ token, salt, nonces });
  }

  /** Pays for a post and sends it. */
  async function post(path: string, body: string) {
    const stamp = await pay(path, body);
    const headers = { authorization: `PoW ${stamp}` };
    return await json(path, { method: "POST", body, headers });
  }

  return { ...node, clock, faults, call, json, quoteFor, pay, post };
}

/** As the listener would make it of the same bytes. */
async function toApiRequest(request: Request): Promise<ApiRequest> {
  const { method, headers, url } = request;
  const body = new Uint8Array(await request.arrayBuffer());
  return { method, headers, url: new URL(url), body };
}

/** For tests that read it as a client would. */
export function toResponse({ status, headers, body }: Reply): Response {
  const content = body === "" ? null : body as BodyInit;
  return new Response(content, { status, headers });
}
