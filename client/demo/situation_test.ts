import { assertEquals, assertStringIncludes } from "@std/assert";
import { describeSituation, type Situation } from "./situation.ts";

const ALONE: Situation = {
  state: "joined",
  detail: "",
  peers: 0,
  relayed: 0,
  connecting: 0,
};

function sentence(change: Partial<Situation>): string {
  const { mood, text } = describeSituation({ ...ALONE, ...change });
  return `${mood}: ${text}`;
}

Deno.test("every state of joining has its sentence", () => {
  assertEquals(sentence({ state: "choosing" }), "busy: Choosing a node …");
  assertEquals(
    sentence({ state: "choosing", detail: "http://a does not answer" }),
    "busy: Choosing a node … http://a does not answer",
  );
  assertEquals(
    sentence({ state: "solving" }),
    "busy: Paying with proof of work for being announced …",
  );
  assertEquals(
    sentence({ connecting: 1 }),
    "busy: Somebody is here: connecting …",
  );
  assertEquals(sentence({ state: "left" }), "bad: You have left the room.");
});

Deno.test("who is alone is told what to try", () => {
  assertStringIncludes(sentence({}), "busy: You are alone here.");
  assertStringIncludes(sentence({}), "compare room and password");
});

Deno.test("relayed connections are told from direct ones", () => {
  assertEquals(sentence({ peers: 1 }), "good: Connected directly to 1 other.");
  assertEquals(
    sentence({ peers: 2, relayed: 2 }),
    "good: Connected by a relay to 2 others.",
  );
  assertEquals(
    sentence({ peers: 3, relayed: 1, connecting: 1 }),
    "good: Connected to 3 others: 2 directly, 1 by a relay.",
  );
});

Deno.test("who loses the node is told that peers stay", () => {
  assertEquals(
    sentence({ state: "reconnecting", peers: 1, detail: "It is down." }),
    "busy: Lost the node, connecting again … You stay connected to 1 other; " +
      "newcomers have to wait. It is down.",
  );
  assertEquals(
    sentence({ state: "reconnecting" }),
    "busy: Lost the node, connecting again …",
  );
});

Deno.test("being announced anew does not hide who is connected", () => {
  assertEquals(
    sentence({ state: "solving", peers: 1 }),
    "good: Connected directly to 1 other.",
  );
});
