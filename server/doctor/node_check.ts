/** Whether a node answers at all, as itself, and with the right time. */

import { parseToken } from "@sigmesh/core";
import {
  LIMITS,
  type NodeFacts,
  parseNodeFacts,
  PROTOCOL,
} from "@sigmesh/core/wire";
import { isLoopbackName } from "../address.ts";
import { type Answer, ask } from "./ask.ts";
import type { Finding } from "./finding.ts";

/** The node's facts, where there is one; without, nothing else can be checked. */
export async function checkNode(
  origin: string,
): Promise<{ findings: Finding[]; facts?: NodeFacts }> {
  let answer: Answer;
  const askedAt = Date.now();
  try {
    answer = await ask(`${origin}/`);
  } catch (error) {
    return { findings: [unreachable(String(error))] };
  }
  const facts = parseNodeFacts(answer.json);
  if (
    answer.status !== 200 || facts?.name !== "sigmesh" ||
    facts.protocol !== PROTOCOL
  ) return { findings: [notANode(answer)] };
  const message = `sigmesh ${facts.version} answers`;
  return {
    facts,
    findings: [
      { check: "node", status: "ok", message },
      checkUrl(origin, facts.url),
      checkClock(facts.token, { askedAt, answeredAt: Date.now() }),
    ],
  };
}

function unreachable(reason: string): Finding {
  return {
    check: "node",
    status: "fail",
    message: `no answer: ${reason}`,
    todo: /certificate/i.test(reason)
      ? "give --cert, or the proxy, the whole chain for this name, in date, of a public authority"
      : "check the name's addresses, that the node or proxy runs, and that the firewall opens the port",
  };
}

function notANode({ status, headers }: Answer): Finding {
  const to = headers.get("location");
  return {
    check: "node",
    status: "fail",
    message: to !== null
      ? `status ${status} sends to ${to}; clients follow no redirect`
      : `status ${status}, and no node of protocol ${PROTOCOL}`,
    todo: to !== null
      ? "use that origin as --public-url, or end the redirect"
      : status === 421
      ? "let the proxy pass the Host header on, or set --public-url"
      : "let the proxy pass this origin, from its root, to the node",
  };
}

function checkUrl(origin: string, url: string | null): Finding {
  const check = "url";
  if (url === origin) {
    return { check, status: "ok", message: `it says it is ${url}` };
  }
  if (url === null) {
    const message = "it has no public origin; other nodes will not list it";
    const todo = "start it with --public-url if the world is to find it";
    return { check, status: "warn", message, todo };
  }
  return {
    check,
    status: "fail",
    message: `it says it is ${url}, and ${origin} was dialled`,
    todo: "let --public-url be the origin that clients dial",
  };
}

/** Told when a node is asked on its own machine. */
export function checkVantage(origin: string): Finding[] {
  if (!isLoopbackName(new URL(origin).hostname)) return [];
  const message = "asked on the node's own machine: whether others reach it " +
    "does not show";
  const todo = "ask by its public URL, from another network";
  return [{ check: "outside", status: "skip", message, todo }];
}

/** The token's time, in whole seconds, against the time between question and answer. */
export function checkClock(
  token: string,
  { askedAt, answeredAt }: { askedAt: number; answeredAt: number },
): Finding {
  const check = "clock";
  const parsed = parseToken(token);
  if (!parsed.ok) {
    const message = `its token cannot be read: ${parsed.detail}`;
    const todo = "let the proxy pass answers unchanged";
    return { check, status: "fail", message, todo };
  }
  const { issuedAt } = parsed.value;
  const least = issuedAt - answeredAt / 1000;
  const most = issuedAt + 1 - askedAt / 1000;
  const off = least > 0 ? least : most < 0 ? most : 0;
  if (Math.abs(off) <= LIMITS.clockSkewSeconds) {
    return { check, status: "ok", message: "agrees with this machine's" };
  }
  return {
    check,
    status: "warn",
    message: `differs by ${off.toFixed(0)} s from this machine's`,
    todo: "set both by NTP; other nodes drop posts with wrong times",
  };
}
