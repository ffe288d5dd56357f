/** From the name of a room to its peers. */

import { openChannel } from "./channel.ts";
import { Room } from "./room.ts";
import type { RoomOptions } from "./room_options.ts";
import { deriveRoomSecret } from "./room_secret.ts";

/**
 * Joins a room, and stays in it until `leave`: whatever happens to nodes and
 * networks meanwhile.
 *
 * ```ts ignore
 * import { joinRoom } from "@sigmesh/client";
 *
 * const room = await joinRoom({ app: "chess" }, "table-7", {
 *   nodes: "https://node.example",
 * });
 * room.addEventListener("peerjoin", ({ peer }) => peer.send("hello"));
 * room.addEventListener("message", ({ peer, data }) => console.log(peer.id, data));
 * ```
 *
 * Peers meet when app, name and password are the same. Without a password,
 * whoever guesses app and name can join and read; with one, nodes and
 * strangers cannot.
 *
 * Rejects with TypeError when no node is named or there is no WebRTC, with
 * DOMException `NotSupportedError` where there is no encryption (it needs https
 * or localhost), with `NodesUnreachableError` when no node answers,
 * `PriceTooHighError`, or the signal's reason.
 */
export async function joinRoom(
  { app }: { readonly app: string },
  name: string,
  options: RoomOptions = {},
): Promise<Room> {
  const { nodes = nodeOfThisModule(), password, ...rest } = options;
  if (!(options.RTCPeerConnection ?? globalThis.RTCPeerConnection)) {
    throw new TypeError("No WebRTC here: pass { RTCPeerConnection }");
  }
  const secret = await deriveRoomSecret({ app, name, password });
  rest.signal?.throwIfAborted();
  const channel = openChannel(nodes, secret.room, rest);
  await secret.key; // what else takes a while begins when the node is dialled
  const room = new Room({ channel, secret, options });
  try {
    options.onRoom?.(room);
    await room.joined;
  } catch (error) {
    room.leave();
    throw error;
  }
  return room;
}

/** Nodes serve this library as `/client.js`; from elsewhere a node must be named. */
function nodeOfThisModule(): string {
  const { origin, pathname } = new URL(import.meta.url);
  if (pathname === "/client.js") return origin;
  throw new TypeError(
    'No node is named: pass { nodes: ["https://node.example"] }, or import ' +
      "this library from a node's /client.js",
  );
}
