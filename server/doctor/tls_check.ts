/** Whether browsers take a node's certificate, and get HTTP/2. */

import net from "node:net";
import tls from "node:tls";
import type { Finding } from "./finding.ts";
import { within } from "./within.ts";

const HANDSHAKE_MS = 10_000;
const DAY_MS = 86_400_000;
const RENEWED_DAYS = 14;

const WHOLE_CHAIN =
  "give --cert, or the proxy, the whole chain: certificate, then intermediates";

/** By OpenSSL's names. */
const ADVICE: Readonly<Record<string, string>> = {
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: WHOLE_CHAIN,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: WHOLE_CHAIN,
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "use a certificate of a public authority; browsers take none of your own",
  SELF_SIGNED_CERT_IN_CHAIN:
    "use a certificate of a public authority; this one is of a private one",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "get a certificate for this name, or dial a name that it has",
  CERT_HAS_EXPIRED: "renew the certificate; a node reads a new file by itself",
  CERT_NOT_YET_VALID: "set the clocks of both machines by NTP",
};

/** Nothing for http; `ca` is what to trust instead of the public authorities. */
export async function checkTls(
  origin: string,
  { ca, now = Date.now() }: { ca?: string; now?: number } = {},
): Promise<Finding[]> {
  const { protocol, hostname, port } = new URL(origin);
  if (protocol !== "https:") return [];
  const host = hostname.replaceAll(/[[\]]/g, "");
  const socket = tls.connect({
    ...{ host, port: Number(port || 443), rejectUnauthorized: false },
    servername: net.isIP(host) ? "" : host,
    ALPNProtocols: ["h2", "http/1.1"],
    ...(ca === undefined ? {} : { ca }),
  });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const secured = new Promise<Finding[]>((resolve) => {
    socket.once("secureConnect", () => resolve(findingsOn(socket, now)));
    socket.on("error", ({ message }) => resolve([broken(message)]));
  });
  const findings = await within(HANDSHAKE_MS, secured);
  socket.destroy();
  await closed;
  return findings ?? [broken("no handshake within 10 s")];
}

function broken(message: string): Finding {
  const todo = "check the name's addresses, that the node or proxy runs with " +
    "a certificate, and that the firewall opens the port";
  return { check: "tls", status: "fail", message, todo };
}

function findingsOn(socket: tls.TLSSocket, now: number): Finding[] {
  const { authorizationError: fault, alpnProtocol } = socket;
  if (fault) return [refused(String(fault))];
  const days = (Date.parse(socket.getPeerCertificate().valid_to) - now) /
    DAY_MS;
  return [certificate(days), http2(alpnProtocol === "h2")];
}

function refused(code: string): Finding {
  const message = `browsers refuse the certificate: ${code}`;
  const todo = ADVICE[code] ??
    "use a certificate for this name, in date, of a public authority";
  return { check: "tls", status: "fail", message, todo };
}

function certificate(days: number): Finding {
  const message = `the certificate holds for ${Math.floor(days)} days`;
  if (days >= RENEWED_DAYS) return { check: "tls", status: "ok", message };
  const todo = "see that what renews the certificate does so";
  return { check: "tls", status: "warn", message, todo };
}

function http2(isSpoken: boolean): Finding {
  const check = "http2";
  if (isSpoken) return { check, status: "ok", message: "spoken" };
  const message = "only HTTP/1.1: a browser opens six streams, no more";
  const todo = "let the proxy speak HTTP/2";
  return { check, status: "warn", message, todo };
}
