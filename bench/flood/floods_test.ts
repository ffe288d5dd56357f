import { assert, assertEquals, assertMatch } from "@std/assert";
import { FLOODS, sourceOf } from "./floods.ts";

Deno.test("a flood from many addresses gives each connection its own", () => {
  const many = FLOODS.find(({ name }) => name === "home-many")!;
  const sources = Array.from(
    { length: many.connections },
    (_, i) => sourceOf(many, i),
  );
  assertEquals(new Set(sources).size, 1000);
  for (const source of sources) assertMatch(source, /^127\.1\.[0-3]\.\d+$/);
  assert(sources.every((source) => !/\.(0|25[1-9])$/.test(source)));
});

Deno.test("a flood from one address comes from that of a payer", () => {
  const one = FLOODS.find(({ name }) => name === "home")!;
  assertEquals([sourceOf(one, 0), sourceOf(one, 63)], [
    "127.0.0.1",
    "127.0.0.1",
  ]);
});

Deno.test("floods have names of their own", () => {
  assertEquals(new Set(FLOODS.map(({ name }) => name)).size, FLOODS.length);
});
