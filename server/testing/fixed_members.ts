import type { Member, MemberChange, Members } from "../mesh/members/member.ts";

/** A membership that nobody probes: it is what a test says. */
export class FixedMembers implements Members {
  /** Origins that were hinted at, and who hinted. */
  readonly heard: { origin: string; source: string }[] = [];
  readonly #members = new Map<string, Member>();
  readonly #listeners = new Set<(change: MemberChange) => void>();

  constructor(members: Iterable<Member> = []) {
    for (const member of members) this.#members.set(member.origin, member);
  }

  get size(): number {
    return this.#members.size;
  }

  all(): Iterable<Member> {
    return this.#members.values();
  }

  find(origin: string): Member | undefined {
    return this.#members.get(origin);
  }

  onChange(listener: (change: MemberChange) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  hear(origin: string, source: string): void {
    this.heard.push({ origin, source });
  }

  add(member: Member): void {
    this.#members.set(member.origin, member);
    this.#tell({ member, isMember: true });
  }

  remove(origin: string): void {
    const member = this.#members.get(origin)!;
    this.#members.delete(origin);
    this.#tell({ member, isMember: false });
  }

  #tell(change: MemberChange): void {
    for (const listener of this.#listeners) listener(change);
  }
}

/** A member that answers at once, alone in its network unless another is given. */
export function memberAt(
  origin: string,
  { key = "", network = origin }: Partial<Member> = {},
): Member {
  return {
    ...{ origin, key, network },
    ...{
      height: 16,
      roundTripMs: 1,
      clockOffsetMs: 0,
      seenAtMs: 0,
      failures: 0,
    },
  };
}
