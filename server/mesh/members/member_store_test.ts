import { assertEquals, assertStringIncludes } from "@std/assert";
import fc from "fast-check";
import { SOME_KEY } from "../../testing/node_answer.ts";
import type { Member } from "./member.ts";
import {
  createMemberStore,
  formatMembers,
  parseMembers,
} from "./member_store.ts";

const OPTIONS = { allowPrivate: false };

function member(number: number): Member {
  return {
    origin: `https://n${number}.example`,
    key: SOME_KEY,
    network: `1.2.${number}.0/24`,
    height: 16.5,
    roundTripMs: 42,
    clockOffsetMs: 0,
    seenAtMs: 1_760_000_000_000,
    failures: 1,
  };
}

Deno.test("what is formatted is read back", () => {
  const members = [member(1), member(2)];
  assertEquals(
    parseMembers(formatMembers(members), OPTIONS),
    members.map(({ clockOffsetMs: _offset, failures: _failures, ...kept }) =>
      kept
    ),
  );
});

Deno.test("entries that are none are left out, the others stay", () => {
  const good = JSON.parse(formatMembers([member(1)])).nodes[0];
  const changes = [
    ...[{ origin: "http://a.example" }, { origin: "https://a.example/x" }],
    ...[{ key: "x" }, { network: 1 }, { network: "x".repeat(300) }],
    ...[{ height: -1 }, { height: 256 }, { height: null }],
    ...[{ seenAtMs: "now" }, { roundTripMs: -1 }],
  ];
  const nodes = [
    ...changes.map((change) => ({ ...good, ...change })),
    null,
    [],
    good,
  ];
  const text = JSON.stringify({ version: 1, nodes });
  assertEquals(parseMembers(text, OPTIONS), [good]);
});

Deno.test("any text is a list of nodes or none", () => {
  fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
    parseMembers(text, OPTIONS);
  }));
  for (const text of ["", "[]", "{}", '{"version":2,"nodes":[]}']) {
    assertEquals(parseMembers(text, OPTIONS), undefined);
  }
});

Deno.test("a file that cannot be read is told of, and replaced by the next", async () => {
  const folder = await Deno.makeTempDir();
  const warnings: string[] = [];
  const warn = (message: string) => void warnings.push(message);
  const store = createMemberStore(`${folder}/new`, { ...OPTIONS, warn });
  assertEquals(await store.load(), []);
  assertEquals(warnings, []);
  await store.save([member(1)]);
  assertEquals((await store.load()).length, 1);
  await Deno.writeTextFile(`${folder}/new/nodes.json`, "{");
  assertEquals(await store.load(), []);
  assertStringIncludes(warnings[0]!, "nodes.json cannot be read");
  await store.save([member(1), member(2)]);
  assertEquals((await store.load()).length, 2);
  const names = Array.from(
    Deno.readDirSync(`${folder}/new`),
    ({ name }) => name,
  );
  assertEquals(names, ["nodes.json"]);
  await Deno.remove(folder, { recursive: true });
});
