import { assertEquals } from "@std/assert";
import { shellWord } from "./shell_word.ts";

Deno.test("a word is quoted only where a shell would take it apart", () => {
  assertEquals(shellWord("--out=/tmp/a-1.json"), "--out=/tmp/a-1.json");
  assertEquals(shellWord("RTX 4090=22G"), "'RTX 4090=22G'");
  assertEquals(shellWord("it's $HOME"), "'it'\\''s $HOME'");
  assertEquals(shellWord(""), "''");
});
