import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { drawRoomName, fragmentOf, roomNameIn } from "./room_name.ts";

Deno.test("a name comes back from its address, whatever is in it", () => {
  for (const name of ["table 7", "crème brûlée", "a#b%20c&d", "☎", "50%"]) {
    assertEquals(roomNameIn(fragmentOf(name)), name);
    assertMatch(fragmentOf(name), /^#[\w%.!~*'()-]+$/);
  }
});

Deno.test("an address that somebody typed is read as it stands", () => {
  assertEquals(roomNameIn("#50%"), "50%");
  assertEquals(roomNameIn("#  lunch "), "lunch");
  assertEquals(roomNameIn(""), "");
  assertEquals(roomNameIn("#" + "x".repeat(500)).length, 100);
});

Deno.test("a drawn name is three groups of letters that do not look alike", () => {
  assertEquals(
    drawRoomName((bytes) => bytes.set(bytes.map((_, i) => i * 3 + 224))),
    "adgj-nrux-258b",
  );
  assertMatch(drawRoomName(), /^[a-km-np-z2-9]{4}(-[a-km-np-z2-9]{4}){2}$/);
  assertNotEquals(drawRoomName(), drawRoomName());
});
