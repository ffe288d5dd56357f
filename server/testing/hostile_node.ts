/** A node in the hands of a test: found, probed and dialled as any other, but says what no node would. */

import http from "node:http";
import { once } from "node:events";
import { NODE_ORIGIN_HEADER, PROTOCOL } from "@sigmesh/core/wire";
import { WebSocketServer } from "ws";
import { NodeKey } from "../mesh/members/node_key.ts";
import { LinkPeer } from "./link_peer.ts";
import { nodeAnswer } from "./node_answer.ts";
import { freePort } from "./test_mesh.ts";

/** Such a node; ends with `await using`. */
export class HostileNode implements AsyncDisposable {
  readonly origin: string;
  readonly key: NodeKey;
  /** Links that others dialled to it, those that have ended included. */
  readonly links: LinkPeer[] = [];
  readonly #server: http.Server;
  #onLink = () => {};

  private constructor(
    { origin, key, listNodes }: {
      origin: string;
      key: NodeKey;
      listNodes: (response: http.ServerResponse) => void;
    },
  ) {
    this.origin = origin;
    this.key = key;
    const sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
    });
    this.#server = http.createServer((request, response) => {
      if (request.url === "/nodes") return listNodes(response);
      response.end(
        nodeAnswer({ nowMs: Date.now(), url: origin, key: key.text }),
      );
    });
    this.#server.on(
      "upgrade",
      (request, socket, head) =>
        sockets.handleUpgrade(request, socket, head, (ws) => {
          const link = new LinkPeer(ws);
          link.send({ type: "hello", protocol: PROTOCOL, version: "0" });
          this.links.push(link);
          this.#onLink();
        }),
    );
  }

  /** Listens on loopback; `listNodes` answers `GET /nodes`. */
  static async start(
    listNodes: (response: http.ServerResponse) => void,
  ): Promise<HostileNode> {
    const port = freePort();
    const origin = `http://127.0.0.1:${port}`;
    const key = await NodeKey.create();
    const node = new HostileNode({ origin, key, listNodes });
    node.#server.listen(port, "127.0.0.1");
    await once(node.#server, "listening");
    return node;
  }

  /** Says to a node where it is, as nodes do: it is looked at, and believed what it proves. */
  async visit({ origin }: { origin: string }): Promise<void> {
    const headers = { [NODE_ORIGIN_HEADER]: this.origin };
    await (await fetch(origin, { headers })).body?.cancel();
  }

  /** Resolves when so many links have been dialled to it. */
  async dialled(count: number): Promise<void> {
    while (this.links.length < count) {
      await new Promise<void>((resolve) => this.#onLink = resolve);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, "close");
    this.#server.close();
    for (const link of this.links) await link[Symbol.asyncDispose]();
    this.#server.closeAllConnections();
    await closed;
  }
}
