/** Whole nodes of a mesh in this process, which find each other by a DHT of their own. */

import { DEFAULT_CURVE } from "@sigmesh/core";
import { type PrivateDht, startPrivateDht } from "./private_dht.ts";
import type { Surroundings } from "../node.ts";
import { type MeshNode, startMeshNode } from "./test_mesh.ts";
import { localDht } from "./test_node.ts";

/** Such a mesh; all of it is closed after. */
export class Testnet implements AsyncDisposable {
  /** Those that run. */
  readonly nodes: MeshNode[] = [];
  /** What went wrong inside any, to be asserted empty. */
  readonly faults: unknown[] = [];
  readonly #dht: PrivateDht;
  readonly #surroundings: Surroundings;

  constructor(dht: PrivateDht, surroundings: Surroundings) {
    this.#dht = dht;
    this.#surroundings = surroundings;
  }

  /** Starts one more, which is told of nobody. */
  async add(): Promise<MeshNode> {
    const onFault = (fault: unknown) => this.faults.push(fault);
    const node = await startMeshNode({
      dht: localDht(this.#dht.bootstrap),
      curve: DEFAULT_CURVE, // other nodes take no cheaper posts
      maxUnpaidPerIp: 1000, // all are one address
    }, { onFault, ...this.#surroundings });
    this.nodes.push(node);
    return node;
  }

  /** Resolves when each node that runs knows all others. */
  async acquainted(): Promise<void> {
    await Promise.all(this.nodes.map((node) => this.#knowsAll(node)));
  }

  /** Ends one, as when its process is told to. */
  async stop(node: MeshNode): Promise<void> {
    this.nodes.splice(this.nodes.indexOf(node), 1);
    await node.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.close()));
    await this.#dht.close();
  }

  async #knowsAll(node: MeshNode): Promise<void> {
    const others = this.nodes.filter((other) => other !== node);
    while (!others.every(({ origin }) => node.members.find(origin))) {
      await new Promise<void>((resolve) => {
        const stop = node.members.onChange(() => {
          stop();
          resolve();
        });
      });
    }
  }
}

/** Starts so many nodes at once. */
export async function startTestnet(
  size: number,
  surroundings: Surroundings = {},
): Promise<Testnet> {
  const testnet = new Testnet(await startPrivateDht(), surroundings);
  await Promise.all(Array.from({ length: size }, () => testnet.add()));
  return testnet;
}
