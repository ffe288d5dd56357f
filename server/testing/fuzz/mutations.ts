/** Small damage, as bytes see it. */

import { joined } from "../http2_wire.ts";
import type { Dice } from "./dice.ts";

/** The bytes, damaged in a few places. */
export function mutate(dice: Dice, bytes: Uint8Array): Uint8Array {
  let mutated = bytes;
  for (let left = 1 + dice.below(4); left > 0 && mutated.length > 0; left--) {
    mutated = dice.pick(DAMAGES)(dice, mutated);
  }
  return mutated;
}

type Damage = (dice: Dice, bytes: Uint8Array) => Uint8Array;

const DAMAGES: readonly Damage[] = [
  function change(dice, bytes) {
    const changed = bytes.slice();
    changed[dice.below(bytes.length)] = dice.below(256);
    return changed;
  },
  function insert(dice, bytes) {
    const at = dice.below(bytes.length);
    const noise = dice.bytes(1 + dice.below(8));
    return joined([bytes.subarray(0, at), noise, bytes.subarray(at)]);
  },
  function remove(dice, bytes) {
    const at = dice.below(bytes.length);
    const rest = bytes.subarray(at + 1 + dice.below(16));
    return joined([bytes.subarray(0, at), rest]);
  },
  function repeat(dice, bytes) {
    const from = dice.below(bytes.length);
    const to = Math.min(bytes.length, from + 1 + dice.below(200));
    const part = bytes.subarray(from, to);
    const times = Array<Uint8Array>(1 + dice.below(20)).fill(part);
    return joined([bytes.subarray(0, from), ...times, bytes.subarray(from)]);
  },
  function breakLine(dice, bytes) {
    const ends = [...bytes.keys()].filter((at) => bytes[at] === 0x0d);
    if (ends.length === 0) return bytes;
    const at = dice.pick(ends);
    const end = dice.pick([[], [0x0a], [0x0d], [0x0d, 0x0a, 0x20], [0]]);
    const [before, after] = [bytes.subarray(0, at), bytes.subarray(at + 2)];
    return joined([before, Uint8Array.from(end), after]);
  },
  function cut(dice, bytes) {
    return bytes.subarray(0, dice.below(bytes.length));
  },
];

/** The bytes in order, cut at random places. */
export function split(dice: Dice, bytes: Uint8Array): Uint8Array[] {
  const cuts = Array.from(
    { length: dice.below(5) },
    () => dice.below(bytes.length + 1),
  ).toSorted((a, b) => a - b);
  const ends = [...cuts, bytes.length];
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}
