/** Whether other nodes can open links to this one. */

import type { NodeFacts } from "@sigmesh/core/wire";
import { parseLinkFrame } from "../mesh/links/link_frame.ts";
import { MESH_PATH, WsSockets } from "../mesh/links/ws_sockets.ts";
import type { Finding } from "./finding.ts";
import { within } from "./within.ts";

const HELLO_MS = 5_000;

/** Opens a link, as a node does, and waits for the node's hello. */
export async function checkMesh(
  origin: string,
  { key }: Pick<NodeFacts, "key">,
): Promise<Finding> {
  const check = "mesh";
  if (key === null) {
    return { check, status: "skip", message: "the node has no mesh" };
  }
  switch (await outcomeOfLink(origin)) {
    case "hello":
      return { check, status: "ok", message: `a link opens at ${MESH_PATH}` };
    case "busy":
      return {
        check,
        status: "warn",
        message: "it takes no link now",
        todo:
          "ask again later; if it stays, raise --max-unpaid, and name the " +
          "proxy by --trust-proxy",
      };
    default:
      return {
        check,
        status: "fail",
        message: `no link opens at ${MESH_PATH}: rooms are not shared`,
        todo: `let the proxy pass WebSockets at ${MESH_PATH} (nginx: ` +
          "proxy_http_version 1.1, and the headers Upgrade $http_upgrade and " +
          "Connection upgrade)",
      };
  }
}

type LinkOutcome = "hello" | "busy" | "no-link";

async function outcomeOfLink(origin: string): Promise<LinkOutcome> {
  const heard = Promise.withResolvers<LinkOutcome>();
  const closed = Promise.withResolvers<void>();
  const socket = new WsSockets().dial(origin);
  socket.events = {
    opened() {},
    drained() {},
    received(text) {
      const frame = parseLinkFrame(text);
      const isHello = frame.ok && frame.value.type === "hello";
      heard.resolve(isHello ? "hello" : "no-link");
    },
    closed(isBusy) {
      heard.resolve(isBusy ? "busy" : "no-link");
      closed.resolve();
    },
  };
  const outcome = await within(HELLO_MS, heard.promise);
  socket.destroy();
  await closed.promise;
  return outcome ?? "no-link";
}
