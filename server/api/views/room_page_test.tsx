import { assert, assertStringIncludes } from "@std/assert";
import type { RoomFacts } from "@sigmesh/core/wire";
import { roomPage } from "./room_page.tsx";

const room = "ab".repeat(20);
const facts: RoomFacts = {
  room,
  subscribers: 1,
  messages: 2,
  token: "",
  height: 16,
};
const { html } = roomPage(facts, `http://localhost:8000/room/${room}`);

Deno.test("a room's page has its facts and commands without a script", () => {
  assertStringIncludes(html, "1 listening, 2 messages in the last minute");
  assertStringIncludes(html, "16.00 bits");
  assertStringIncludes(html, `/room/${room}?pow=STAMP'`);
  assertStringIncludes(html, "<noscript>");
});

Deno.test("what needs the script is hidden until the script shows it", () => {
  assertStringIncludes(html, '<form id="pay-form" hidden>');
  assertStringIncludes(html, '<section id="live" hidden>');
  assert(!html.includes("<script>"));
});
