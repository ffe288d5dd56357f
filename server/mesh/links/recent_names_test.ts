import { assert, assertEquals } from "@std/assert";
import { RecentNames } from "./recent_names.ts";

Deno.test("of names at least a generation is remembered, and at most two", () => {
  const names = new RecentNames(3);
  const all = Array.from({ length: 20 }, (_, i) => `${i}`);
  for (const [i, name] of all.entries()) {
    names.add(name);
    const known = all.filter((each) => names.has(each));
    assertEquals(known, all.slice(i + 1 - known.length, i + 1));
    assert(known.length >= Math.min(i + 1, 3) && known.length <= 6);
  }
});
