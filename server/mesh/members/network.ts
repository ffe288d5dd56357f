/**
 * How probes reach other machines: names to addresses, and one bounded GET to
 * an address that has been checked. `fetch` cannot be told the address, and
 * would resolve the name again: to something else, where DNS is rebound.
 */

import { Buffer } from "node:buffer";
import dns from "node:dns/promises";
import http from "node:http";
import tls from "node:tls";
import { isAddress } from "../../address.ts";
import { SERVER_LIMITS } from "../../limits.ts";

/** A GET. */
export interface ProbeRequest {
  readonly url: URL;
  /** IP address to connect to, whatever the host's name resolves to. */
  readonly address: string;
  /** Whether the certificate must be the host's. */
  readonly isVerified: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** Gives up. */
  readonly signal: AbortSignal;
}

/** Why there is no answer. */
export type NetworkFault =
  | "unreachable"
  | "timeout"
  | "too-large"
  | "bad-certificate"
  | "no-http";

/** An answer, whatever its status; redirects are not followed. */
export type ProbeReply =
  | { readonly ok: true; readonly status: number; readonly body: Uint8Array }
  | {
    readonly ok: false;
    readonly reason: NetworkFault;
    readonly detail: string;
  };

/** What probes need of the network; a simulation brings its own. */
export interface Network {
  /** The addresses of a host's name, none when it has none. Never rejects. */
  resolve(hostname: string): Promise<readonly string[]>;
  /** Never rejects. */
  get(request: ProbeRequest): Promise<ProbeReply>;
}

const TIMEOUT_MS = SERVER_LIMITS.probeSeconds * 1000;

/** This machine's network. */
export function createNetwork(
  { ca, timeoutMs = TIMEOUT_MS }: {
    /** Certificates of authorities to trust instead of the usual ones. */
    ca?: string;
    timeoutMs?: number;
  } = {},
): Network {
  return {
    resolve: (hostname) => resolve(hostname, timeoutMs),
    get: (request) => get(request, { ca, timeoutMs }),
  };
}

async function resolve(
  hostname: string,
  timeoutMs: number,
): Promise<readonly string[]> {
  let timer;
  const late = new Promise<[]>((end) => {
    timer = setTimeout(() => end([]), timeoutMs);
  });
  const found = dns.lookup(hostname, { all: true, verbatim: true })
    .then((all) => all.map(({ address }) => address), () => []);
  const addresses = await Promise.race([found, late]);
  clearTimeout(timer);
  return addresses;
}

function get(
  request: ProbeRequest,
  { ca, timeoutMs }: { ca: string | undefined; timeoutMs: number },
): Promise<ProbeReply> {
  const { signal } = request;
  return new Promise((done) => {
    let call: http.ClientRequest;
    try {
      call = open(request, ca);
    } catch (error) { // a permission that was not given
      const { message } = error as Error;
      return done({ ok: false, reason: "unreachable", detail: message });
    }
    const end = (reply: ProbeReply) => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
      call.destroy();
      done(reply);
    };
    const fail = (reason: NetworkFault, detail: string) =>
      end({ ok: false, reason, detail });
    const abort = () => fail("unreachable", "given up: the node closes");
    const timer = setTimeout(
      () => fail("timeout", `nothing whole came within ${timeoutMs} ms`),
      timeoutMs,
    );
    signal.addEventListener("abort", abort);
    call.on("error", (error) => fail(faultOf(error), error.message));
    call.on("upgrade", () => fail("no-http", "it changed the protocol"));
    call.on("socket", (socket) => {
      let received = 0;
      // Whatever it is made of: head, body, chunks, what precedes an answer.
      socket.on("data", (data: Uint8Array) => {
        received += data.length;
        if (received <= SERVER_LIMITS.probeBytes) return;
        fail("too-large", `it sent over ${SERVER_LIMITS.probeBytes} bytes`);
      });
    });
    call.on("response", (response) => {
      const parts: Uint8Array[] = [];
      response.on("data", (part: Uint8Array) => parts.push(part));
      response.on("error", (error) => fail(faultOf(error), error.message));
      response.on("aborted", () => fail("unreachable", "it broke off"));
      response.on("end", () => {
        const body = new Uint8Array(Buffer.concat(parts));
        end({ ok: true, status: response.statusCode ?? 0, body });
      });
    });
    if (signal.aborted) abort();
    else call.end();
  });
}

function open(
  { url, address: host, headers, isVerified }: ProbeRequest,
  ca: string | undefined,
): http.ClientRequest {
  const isEncrypted = url.protocol === "https:";
  const port = Number(url.port || (isEncrypted ? 443 : 80));
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const encrypt = () =>
    tls.connect({
      ...{ host, port, rejectUnauthorized: isVerified },
      // The certificate is held against it; an address is no name for SNI (RFC 6066).
      ...(isAddress(name) ? {} : { servername: name }),
      ...(ca === undefined ? {} : { ca }),
    });
  return http.request({
    ...{ host, port, path: url.pathname + url.search },
    headers: { host: url.host, ...headers },
    maxHeaderSize: SERVER_LIMITS.probeBytes,
    // `node:https` would ask for a permission, to look for certificates that it does not use.
    ...(isEncrypted ? { createConnection: encrypt } : { agent: false }),
  });
}

function faultOf({ code = "" }: Error & { code?: string }): NetworkFault {
  if (/CERT|ALTNAME|SELF_SIGNED|UNABLE_TO/.test(code)) return "bad-certificate";
  return code.startsWith("HPE_") ? "no-http" : "unreachable";
}
