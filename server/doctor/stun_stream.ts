/** STUN over TCP and TLS. */

import net from "node:net";
import tls from "node:tls";
import { Framing } from "../turn/framing.ts";
import { decodeMessage, KIND } from "../turn/message.ts";
import type { IceServer } from "./ice_server.ts";
import { bindingRequest } from "./stun_socket.ts";
import { within } from "./within.ts";

const ANSWER_MS = 5_000;
const MAX_BYTES = 2048;

/** Undefined when a server answers, else what happened instead. */
export async function faultOfStream(
  { transport, hostname: host, port }: IceServer,
): Promise<string | undefined> {
  const socket = transport === "tls"
    ? tls.connect({ host, port, servername: net.isIP(host) ? "" : host })
    : net.connect({ host, port });
  const closed = new Promise((resolve) => socket.once("close", resolve));
  const answered = new Promise<string | undefined>((resolve) => {
    const framing = new Framing(MAX_BYTES);
    socket.once(transport === "tls" ? "secureConnect" : "connect", () => {
      socket.write(bindingRequest().bytes);
    });
    socket.on("data", (chunk: Uint8Array) => {
      const isStun = framing.push(chunk, (bytes) => {
        const isAnswer = decodeMessage(bytes)?.kind === KIND.success;
        resolve(isAnswer ? undefined : NOT_STUN);
      });
      if (!isStun) resolve(NOT_STUN);
    });
    socket.on("error", ({ message }) => resolve(message));
    socket.once("close", () => resolve("the connection is closed"));
  });
  const outcome = await within(
    ANSWER_MS,
    answered.then((fault) => ({ fault })),
  );
  socket.destroy();
  await closed;
  return outcome === undefined ? "no answer within 5 s" : outcome.fault;
}

const NOT_STUN = "what answers is no STUN server";
