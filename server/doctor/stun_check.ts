/** Whether the STUN servers that the node names answer by UDP. */

import { ATTRIBUTE, decodeXorAddress } from "../turn/attributes.ts";
import { decodeMessage, KIND, METHOD } from "../turn/message.ts";
import { MessageWriter } from "../turn/message_writer.ts";
import type { Finding } from "./finding.ts";

const MAX_SERVERS = 4;
const TRIES = 3;
const WAIT_MS = 1_000;
const TRANSACTION_BYTES = 12;

/** One finding for each server that is asked by UDP. */
export function checkStun(urls: readonly string[]): Promise<Finding[]> {
  const servers = urls.filter((url) => url.startsWith("stun:"))
    .slice(0, MAX_SERVERS);
  if (servers.length === 0) {
    const message = "the node names no STUN server by UDP";
    return Promise.resolve([{ check: "stun", status: "skip", message }]);
  }
  return Promise.all(servers.map(checkServer));
}

async function checkServer(url: string): Promise<Finding> {
  const check = "stun";
  const { hostname, port } = new URL(url.replace("stun:", "http://"));
  const at = {
    transport: "udp" as const,
    hostname: hostname.replaceAll(/[[\]]/g, ""),
    port: url.endsWith(":80") ? 80 : Number(port || 3478),
  };
  if (await answers(at)) {
    return { check, status: "ok", message: `${url} answers by UDP` };
  }
  return {
    check,
    status: "fail",
    message: `${url} does not answer by UDP`,
    todo: `open UDP port ${at.port} to the node`,
  };
}

async function answers(to: Deno.NetAddr): Promise<boolean> {
  const hostname = to.hostname.includes(":") ? "::" : "0.0.0.0";
  const socket = Deno.listenDatagram({ transport: "udp", hostname, port: 0 });
  try {
    return await exchange(socket, to);
  } catch {
    return false; // no such name, or no way there
  } finally {
    socket.close();
  }
}

/** UDP loses packets, so asks up to three times. */
async function exchange(
  socket: Deno.DatagramConn,
  to: Deno.NetAddr,
): Promise<boolean> {
  const transactionId = crypto.getRandomValues(
    new Uint8Array(TRANSACTION_BYTES),
  );
  const { bytes } = new MessageWriter({
    ...{ method: METHOD.binding, kind: KIND.request, transactionId },
  });
  const answered = receive(socket, transactionId);
  for (let tries = 0; tries < TRIES; tries++) {
    await socket.send(bytes, to);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const waited = new Promise<undefined>((resolve) => {
      timer = setTimeout(() => resolve(undefined), WAIT_MS);
    });
    const outcome = await Promise.race([answered, waited]);
    clearTimeout(timer);
    if (outcome !== undefined) return outcome;
  }
  return false;
}

/** Resolves to false when the socket is closed. */
async function receive(
  socket: Deno.DatagramConn,
  transactionId: Uint8Array,
): Promise<boolean> {
  try {
    for await (const [bytes] of socket) {
      const message = decodeMessage(bytes);
      const mapped = message?.valueOf(ATTRIBUTE.xorMappedAddress);
      if (
        message?.kind === KIND.success && mapped !== undefined &&
        decodeXorAddress(mapped, transactionId) !== undefined &&
        message.transactionId.toHex() === transactionId.toHex()
      ) return true;
    }
  } catch {
    // closed
  }
  return false;
}
