import { assertEquals } from "@std/assert";
import fc from "fast-check";
import {
  MAX_NAME,
  MAX_TEXT,
  parseUtterance,
  tidyName,
  toJson,
  type Utterance,
} from "./utterance.ts";

Deno.test("what is said is understood", () => {
  const said: Utterance[] = [
    { is: "chat", text: "<b>ahoy</b>\nsecond line ☎" },
    { is: "about", name: "Ann", isMuted: true, screen: "{5e}" },
    { is: "about", name: "", isMuted: false, screen: null },
  ];
  for (const utterance of said) {
    assertEquals(parseUtterance(toJson(utterance)), utterance);
  }
});

Deno.test("what a hostile peer says is cut, tidied or ignored", () => {
  const chat = { is: "chat", text: "x".repeat(MAX_TEXT + 1) };
  assertEquals(parseUtterance(chat), {
    is: "chat",
    text: "x".repeat(MAX_TEXT),
  });
  assertEquals(
    parseUtterance({
      is: "about",
      name: "x".repeat(99),
      isMuted: 1,
      screen: 1,
    }),
    { is: "about", name: "x".repeat(MAX_NAME), isMuted: false, screen: null },
  );
  for (
    const data of [
      null,
      "chat",
      [],
      { is: "chat", text: "" },
      { is: "chat", text: {} },
      { is: "about" },
      { is: "shout", text: "x" },
    ]
  ) {
    assertEquals(parseUtterance(data), undefined);
  }
});

Deno.test("a name is one line, and nothing in it is invisible or turns the text around", () => {
  assertEquals(
    tidyName("  Ann\n\u202egnitfil\u200b Ben\u0000 "),
    "Ann gnitfil Ben",
  );
  assertEquals(tidyName("\u2066\u2069"), "");
});

Deno.test("nothing that a peer can send is thrown about", () => {
  fc.assert(fc.property(fc.jsonValue(), (data) => {
    parseUtterance(data);
  }));
});
