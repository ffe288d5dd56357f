import { assertEquals, assertStringIncludes } from "@std/assert";
import { explainMediaTrouble } from "./media_trouble.ts";

function trouble(name: string): DOMException {
  return new DOMException("in the browser's words", name);
}

Deno.test("a refused permission says where it is given", () => {
  const text = explainMediaTrouble(trouble("NotAllowedError"), "microphone");
  assertStringIncludes(text, "may not use microphone. Allow it");
});

Deno.test("who cancels the choice of a screen is told that nothing is shown", () => {
  const text = explainMediaTrouble(trouble("NotAllowedError"), "screen");
  assertStringIncludes(text, "Nothing is shown");
});

Deno.test("who has no camera is told of audio calls", () => {
  assertEquals(
    explainMediaTrouble(trouble("NotFoundError"), "camera and microphone"),
    "No camera or no microphone was found. Connect it and try again, or " +
      "start an audio call.",
  );
  assertEquals(
    explainMediaTrouble(trouble("NotFoundError"), "microphone"),
    "No microphone was found. Connect one and try again.",
  );
});

Deno.test("a device in use and the unforeseen are told as well", () => {
  assertStringIncludes(
    explainMediaTrouble(trouble("NotReadableError"), "camera"),
    "another program",
  );
  assertEquals(
    explainMediaTrouble(trouble("UnknownError"), "camera"),
    "in the browser's words",
  );
  assertEquals(explainMediaTrouble("odd", "camera"), "odd");
});
