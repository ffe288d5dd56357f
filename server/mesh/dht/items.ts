/** Gets and puts mutable items (BEP 44), over walks of its own. */

import { Buffer } from "node:buffer";
import {
  MAX_VALUE_BYTES,
  type MutableItem,
  type MutablePut,
  targetOfItem,
  verifyMutableItem,
} from "@sigmesh/core/mutable_item";
import type { Message, Rpc } from "k-rpc";
import { SERVER_LIMITS } from "../../limits.ts";
import { decodeValue, encodeValue } from "./message.ts";
import { type Replier, type Verdict, walk, writable, write } from "./walk.ts";

/** What came of a get. `unavailable`: nobody answered. */
export type GetResult =
  | { readonly ok: true; readonly item: MutableItem }
  | { readonly ok: false; readonly reason: "not-found" | "unavailable" };

/** What came of a put; `conflict` has the number of the item that is there, where it was seen. */
export type PutResult =
  | { readonly ok: true; readonly stored: number }
  | { readonly ok: false; readonly reason: "unavailable" }
  | {
    readonly ok: false;
    readonly reason: "conflict";
    readonly seq: number | undefined;
  };

type Key = Pick<MutableItem, "k" | "salt">;

/** BEP 44's errors that say that another item is there. */
const CAS_MISMATCH = 301;
const SEQUENCE_TOO_LOW = 302;

/** What gets and puts work with. */
export interface ItemNeighbours {
  readonly rpc: Rpc;
  /** What this node itself keeps, by target in hex. */
  readonly kept: (target: string) => Message | undefined;
  readonly signal: AbortSignal;
}

/**
 * bittorrent-dht has a get and a put, but its get takes what it has cached for
 * the answer and never tells whether anybody was asked, hangs when the last
 * answer makes it throw, and its put reports success where all but one node
 * know a later item.
 */
export class DhtItems {
  readonly #rpc: Rpc;
  readonly #kept: ItemNeighbours["kept"];
  readonly #signal: AbortSignal;

  constructor({ rpc, kept, signal }: ItemNeighbours) {
    this.#rpc = rpc;
    this.#kept = kept;
    this.#signal = signal;
  }

  /** The latest of the items that nodes close to it have, this one too if it keeps it. */
  async get(key: Key): Promise<GetResult> {
    const { repliers, latest: item } = await this.#look(key);
    if (item !== undefined) return { ok: true, item };
    const reason = repliers.length === 0 ? "unavailable" : "not-found";
    return { ok: false, reason };
  }

  /** Stores an item that has been verified. */
  async put(item: MutablePut): Promise<PutResult> {
    const { repliers, latest } = await this.#look(item);
    if (latest !== undefined && conflicts(item, latest)) {
      return { ok: false, reason: "conflict", seq: latest.seq };
    }
    const { k, salt, seq, v, sig, cas } = item;
    const fields = {
      k: Buffer.from(k),
      seq,
      v: decodeValue(v)!.value,
      sig: Buffer.from(sig),
      ...(salt.length === 0 ? {} : { salt: Buffer.from(salt) }),
      ...(cas === undefined ? {} : { cas }),
    };
    const asked = writable(this.#rpc, repliers);
    const verdicts = await Promise.all(
      asked.map((replier) =>
        write(this.#rpc, replier, {
          query: "put",
          fields,
          signal: this.#signal,
        })
          .then((verdict) => judge(verdict, { replier, item }))
      ),
    );
    const stored = verdicts.filter((verdict) => verdict === "stored").length;
    if (stored > 0) return { ok: true, stored };
    return verdicts.includes("conflict")
      ? { ok: false, reason: "conflict", seq: latest?.seq }
      : { ok: false, reason: "unavailable" };
  }

  async #look(
    key: Key,
  ): Promise<{ repliers: Replier[]; latest: MutableItem | undefined }> {
    const target = Buffer.from(await targetOfItem(key));
    const repliers = await walk(this.#rpc, {
      query: "get",
      target,
      timeoutMs: SERVER_LIMITS.dhtWalkSeconds * 1000,
      signal: this.#signal,
    });
    const kept = this.#kept(target.toString("hex"));
    const answers = repliers.map(({ answer }) => answer);
    return {
      repliers,
      latest: await latestOf(kept ? [...answers, kept] : answers, key),
    };
  }
}

/** The later of two items wins; of equal ones the one that is there, unless they are the same. */
function conflicts(item: MutablePut, { seq, v }: MutableItem): boolean {
  const isRepeated = item.seq === seq && isSame(item.v, v);
  return !isRepeated &&
    (item.seq <= seq || (item.cas !== undefined && item.cas !== seq));
}

/** A node that had this very item before need not take it again; bittorrent-dht does not. */
function judge(
  verdict: Verdict,
  { replier, item }: { replier: Replier; item: MutableItem },
): "stored" | "conflict" | "failed" {
  if (verdict.ok) return "stored";
  if (verdict.code !== CAS_MISMATCH && verdict.code !== SEQUENCE_TOO_LOW) {
    return "failed";
  }
  const { sig } = replier.answer;
  return sig instanceof Uint8Array && isSame(sig, item.sig)
    ? "stored"
    : "conflict";
}

/** The latest item that its owner signed. Each forgery costs one verification. */
async function latestOf(
  answers: readonly Message[],
  key: Key,
): Promise<MutableItem | undefined> {
  const found = new Map<string, MutableItem>();
  for (const answer of answers) {
    const item = itemIn(answer, key);
    if (item !== undefined) found.set(`${item.seq} ${item.sig.toHex()}`, item);
  }
  const latestFirst = [...found.values()].sort((a, b) => b.seq - a.seq);
  for (const item of latestFirst) {
    if (await verifyMutableItem(item)) return item;
  }
  return undefined;
}

/** An item of this key, in an answer of any content; its signature is not looked at. */
function itemIn(
  { k, seq, v, sig }: Message,
  key: Key,
): MutableItem | undefined {
  const isOfKey = k instanceof Uint8Array && isSame(k, key.k);
  const isNumbered = Number.isSafeInteger(seq) && (seq as number) >= 0;
  if (!isOfKey || !isNumbered || !(sig instanceof Uint8Array)) return undefined;
  const value = v === undefined ? undefined : encodeValue(v);
  if (value === undefined || value.length > MAX_VALUE_BYTES) return undefined;
  const { k: own, salt } = key;
  return {
    k: own,
    salt,
    seq: seq as number,
    v: value,
    sig: new Uint8Array(sig),
  };
}

function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
