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
  /** Some of them, by chance, that answered lately. */
  listed(): readonly NodeDetail[];
  /** Takes what one who asked says of where it is. */
  hear(origin: string, source: string): void;
}
