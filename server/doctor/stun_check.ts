/** Whether the STUN servers that the node names answer by UDP. */

import { ATTRIBUTE } from "../turn/attributes.ts";
import { placeIn } from "./allocation.ts";
import type { Finding } from "./finding.ts";
import { addressOf, type IceServer, parseIceServer } from "./ice_server.ts";
import { bindingRequest, StunSocket } from "./stun_socket.ts";

/** Urls name any host: whoever asks a hostile node must not send much to others. */
const MAX_SERVERS = 2;

/** One finding for each server that is asked by UDP. */
export function checkStun(urls: readonly string[]): Promise<Finding[]> {
  const servers = urls.map(parseIceServer)
    .filter((server) => server?.transport === "udp")
    .slice(0, MAX_SERVERS) as IceServer[];
  if (servers.length === 0) {
    const message = "the node names no STUN server by UDP";
    return Promise.resolve([{ check: "stun", status: "skip", message }]);
  }
  return Promise.all(servers.map(checkServer));
}

async function checkServer(server: IceServer): Promise<Finding> {
  const check = "stun";
  const { url, hostname, port } = server;
  const address = await addressOf(hostname);
  if (address === undefined) {
    const message = `${url}: the name has no address`;
    const todo = `give ${hostname} an address in DNS`;
    return { check, status: "fail", message, todo };
  }
  if (await answers({ address, port })) {
    return { check, status: "ok", message: `${url} answers by UDP` };
  }
  return {
    check,
    status: "fail",
    message: `${url} does not answer by UDP at ${address}`,
    todo: `open UDP port ${port} to the node`,
  };
}

async function answers(
  server: { address: string; port: number },
): Promise<boolean> {
  try {
    using socket = new StunSocket(server);
    const answer = await socket.ask(bindingRequest());
    return answer !== undefined &&
      placeIn(answer, ATTRIBUTE.xorMappedAddress) !== undefined;
  } catch {
    return false; // no way there
  }
}
