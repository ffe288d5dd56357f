/** STUN and TURN as a node offers them to its clients. */

import type { CredentialDesk } from "./credential_desk.ts";
import type { TurnKeeper } from "./turn_keeper.ts";
import type { IceUrls } from "./turn_urls.ts";

/** Where they are, and who hands out credentials. */
export interface TurnOffer {
  readonly desk: CredentialDesk;
  /** URLs for a client that dialled this origin. */
  urlsAt(origin: string): IceUrls;
  /** The node's own server; null where another one's credentials are handed out. */
  readonly keeper: TurnKeeper | null;
}
