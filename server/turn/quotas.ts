/** Who holds how much, and who gives way when all is taken. */

import type { TurnLimits } from "../limits.ts";

/** An allocation or a reserved port, as far as quotas go. */
export interface Holding {
  readonly username: string;
  /** Of the client's address. */
  readonly block: string;
  /** Gives it up; it then calls `remove`. */
  readonly end: () => void;
}

/** What nobody has to give up for a newcomer: so many of each credential. */
const FIRM_HOLDINGS = 4;

/** Counts, decides, and remembers nobody who holds nothing. */
export class Quotas {
  readonly #limits: TurnLimits;
  /** By credential, the newest last. */
  readonly #byUsername = new Map<string, Set<Holding>>();
  /** Of each block, the credentials that hold something there, and how much. */
  readonly #usersOfBlock = new Map<string, Map<string, number>>();
  #size = 0;

  constructor(limits: TurnLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  /** Sum over credentials of the holdings that are beyond dispute. */
  get firm(): number {
    let firm = 0;
    for (const { size } of this.#byUsername.values()) {
      firm += Math.min(size, FIRM_HOLDINGS);
    }
    return firm;
  }

  /** Whether a credential may hold so many more, from this block. */
  allows(
    username: string,
    { block, more }: { block: string; more: number },
  ): boolean {
    const { turnAllocationsPerCredential, turnCredentialsPerAddress } =
      this.#limits;
    if (this.#heldBy(username) + more > turnAllocationsPerCredential) {
      return false;
    }
    const users = this.#usersOfBlock.get(block);
    return users === undefined || users.has(username) ||
      users.size < turnCredentialsPerAddress;
  }

  /** Whether there is place for so many more in all. */
  hasRoom(more: number): boolean {
    return this.#size + more <= this.#limits.turnAllocations;
  }

  /**
   * Ends one holding for a newcomer, if that leaves it no better off: the newest
   * of the address that holds most, else of the newcomer's own; there of the
   * credential that holds most. So nobody fills the server by being first, nor by
   * buying many credentials: that takes many addresses. False when nobody gives
   * way.
   */
  giveWayTo(username: string, block: string): boolean {
    const [greatest, most] = mostOf(this.#usersOfBlock, sizeOf);
    const isElsewhere = sizeOf(this.#usersOfBlock.get(block)) < most - 1;
    const from = isElsewhere ? greatest! : block;
    const users = this.#usersOfBlock.get(from);
    if (users === undefined) return false;
    const [victim, held] = mostOf(users, (count) => count);
    const isBetterOff = (users.get(username) ?? 0) >= held - 1;
    if (!isElsewhere && isBetterOff) return false;
    const holdings = [...this.#byUsername.get(victim!)!];
    holdings.findLast((holding) => holding.block === from)!.end();
    return true;
  }

  add(holding: Holding): void {
    const { username, block } = holding;
    const held = this.#byUsername.get(username) ?? new Set();
    this.#byUsername.set(username, held.add(holding));
    const users = this.#usersOfBlock.get(block) ?? new Map<string, number>();
    this.#usersOfBlock.set(
      block,
      users.set(username, (users.get(username) ?? 0) + 1),
    );
    this.#size++;
  }

  remove(holding: Holding): void {
    const { username, block } = holding;
    const held = this.#byUsername.get(username);
    if (!held?.delete(holding)) return;
    if (held.size === 0) this.#byUsername.delete(username);
    const users = this.#usersOfBlock.get(block)!;
    const left = users.get(username)! - 1;
    if (left > 0) users.set(username, left);
    else users.delete(username);
    if (users.size === 0) this.#usersOfBlock.delete(block);
    this.#size--;
  }

  #heldBy(username: string): number {
    return this.#byUsername.get(username)?.size ?? 0;
  }
}

function sizeOf(users: ReadonlyMap<string, number> | undefined): number {
  let size = 0;
  for (const count of users?.values() ?? []) size += count;
  return size;
}

/** The key whose value counts most, and how much; the first of equals. */
function mostOf<T>(
  map: ReadonlyMap<string, T>,
  countOf: (value: T) => number,
): [key: string | undefined, most: number] {
  let greatest: string | undefined;
  let most = 0;
  for (const [key, value] of map) {
    const count = countOf(value);
    if (count > most) [greatest, most] = [key, count];
  }
  return [greatest, most];
}
