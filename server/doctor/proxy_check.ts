/** What proxies change: CORS headers, and whose address the node sees. */

import { parseIpFacts, PATHS } from "@sigmesh/core/wire";
import ipaddr from "ipaddr.js";
import { ask } from "./ask.ts";
import type { Finding } from "./finding.ts";

/** Of the block for documentation: nobody's. */
const FORGED_IP = "192.0.2.7";

/** Whether a page of another origin may pay, by the preflight that its browser sends. */
export async function checkCors(origin: string): Promise<Finding> {
  const { headers } = await ask(`${origin}/room/${"0".repeat(40)}`, {
    method: "OPTIONS",
    headers: {
      "origin": "https://page.example",
      "access-control-request-method": "POST",
      "access-control-request-headers": "authorization",
    },
  });
  const allowed = headers.get("access-control-allow-headers") ?? "";
  const isOpen = headers.get("access-control-allow-origin") === "*" &&
    /\bauthorization\b/i.test(allowed);
  return isOpen
    ? { check: "cors", status: "ok", message: "any page may call and pay" }
    : {
      check: "cors",
      status: "fail",
      message: "pages of other origins may not call and pay",
      todo: "let the proxy pass OPTIONS and Access-Control headers unchanged",
    };
}

/** Whether the node believes what anybody writes into X-Forwarded-For. */
export async function checkClientAddress(origin: string): Promise<Finding> {
  const check = "client-address";
  const { json } = await ask(origin + PATHS.ip, {
    headers: { "x-forwarded-for": FORGED_IP },
  });
  const ip = parseIpFacts(json)?.ip;
  if (ip === undefined) {
    const message = `${PATHS.ip} tells no address`;
    const todo = `let the proxy pass ${PATHS.ip} to the node`;
    return { check, status: "fail", message, todo };
  }
  if (ip === FORGED_IP) {
    return {
      check,
      status: "fail",
      message: "clients can choose the address that the node sees",
      todo: "let --trust-proxy name the proxies only, and these replace " +
        "X-Forwarded-For; run on a trusted proxy's machine, this is expected",
    };
  }
  if (ipaddr.isValid(ip) && ipaddr.process(ip).range() === "unicast") {
    return { check, status: "ok", message: `the node sees ${ip}` };
  }
  return {
    check,
    status: "warn",
    message: `the node sees ${ip}, which is no public address`,
    todo:
      "ask from another network; if it stays, name the proxy by --trust-proxy",
  };
}
