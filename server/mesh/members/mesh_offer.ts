/** What the API tells of the mesh. */

import type { NodeDetail } from "@sigmesh/core/wire";

/** A node's own side of it. */
export interface MeshOffer {
  /** Its public key. */
  readonly key: string;
  /** Other nodes known. */
  readonly size: number;
  /** Links to them. */
  readonly links: number;
  /** What is wrong with this machine's clock, by theirs; undefined when it seems right. */
  readonly clockWarning: string | undefined;
  /** Some of them, by chance, that answered lately; or the one of an origin, if it did. */
  listed(only?: string): readonly NodeDetail[];
  /** Takes what one who asked says of where it is. */
  hearVisitor(origin: string, addressBlock: string): void;
}
