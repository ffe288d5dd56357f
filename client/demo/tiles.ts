/** Pictures of the call: one tile for each stream, own ones included. */

import { element, make } from "./element.ts";

/** A hostile peer may send any number of streams. */
const MAX_TILES = 64;

/** What a tile shows. */
export interface TileContent {
  readonly stream: MediaStream;
  readonly label: string;
  /** Own streams are not heard, and own faces are seen as in a mirror. */
  readonly kind: "own" | "own screen" | "other" | "other screen";
}

/** See the head of this file. */
export class Tiles {
  readonly #place = element("tiles");
  readonly #tiles = new Map<string, HTMLElement>();

  /** Shows a stream under a key, in the place of the one that was there. */
  set(key: string, content: TileContent): void {
    let tile = this.#tiles.get(key);
    if (tile === undefined) {
      if (this.#tiles.size >= MAX_TILES) return;
      tile = makeTile();
      this.#tiles.set(key, tile);
      this.#place.append(tile);
    }
    fillTile(tile, content);
  }

  /** Takes a tile away. */
  delete(key: string): void {
    const tile = this.#tiles.get(key);
    if (tile === undefined) return;
    tile.querySelector("video")!.srcObject = null;
    tile.remove();
    this.#tiles.delete(key);
  }

  /** Takes all away. */
  clear(): void {
    for (const key of [...this.#tiles.keys()]) this.delete(key);
  }
}

function makeTile(): HTMLElement {
  const tile = make("figure");
  tile.append(
    make("video", { autoplay: true, playsInline: true }),
    make("figcaption"),
  );
  return tile;
}

function fillTile(
  tile: HTMLElement,
  { stream, label, kind }: TileContent,
): void {
  const video = tile.querySelector("video")!;
  const hasPicture = stream.getVideoTracks().length > 0;
  tile.className = `tile ${kind}${hasPicture ? "" : " unseen"}`;
  tile.querySelector("figcaption")!.textContent = label;
  video.ariaLabel = label;
  video.muted = kind.startsWith("own");
  if (video.srcObject !== stream) video.srcObject = stream;
}
