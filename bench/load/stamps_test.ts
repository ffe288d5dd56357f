import { assertEquals, assertThrows } from "@std/assert";
import { formatToken } from "@sigmesh/core";
import { TRIVIAL_CURVE, withTestNode } from "../../server/testing/test_node.ts";
import { formStamp } from "./stamps.ts";

const ROOM = "ab".repeat(20);
const NEXT_TO_NOTHING = { idleWork: 2 ** -10, fullWork: 2 ** -10 };

for (const curve of [NEXT_TO_NOTHING, TRIVIAL_CURVE]) {
  Deno.test(`a node that asks ${curve.idleWork} hashes takes such stamps, again and again`, async () => {
    await withTestNode(async ({ origin }) => {
      const accept = "application/json";
      const home = await fetch(origin, { headers: { accept } });
      let { token } = await home.json();
      const url = `${origin}/room/${ROOM}`;
      for (let i = 0; i < 20; i++) {
        const body = "the same";
        const stamp = formStamp({ token, url, body, subscribers: 0 });
        const headers = { accept, authorization: `PoW ${stamp}` };
        const posted = await fetch(url, { method: "POST", headers, body });
        assertEquals(posted.status, 202);
        ({ token } = await posted.json());
      }
    }, { curve });
  });
}

Deno.test("a stamp that takes mining is refused", () => {
  const token = formatToken({ issuedAt: 1, height: 16 }, new Uint8Array(16));
  const post = { url: "http://h/room/a", body: "", subscribers: 0 };
  assertThrows(() => formStamp({ ...post, token }), RangeError, "takes mining");
  assertThrows(() => formStamp({ ...post, token: "x" }), RangeError, "token");
});
