import { assertRejects } from "@std/assert";
import { joinRoom } from "./join_room.ts";

const nodes = "http://localhost:8000";

Deno.test("where there is no WebRTC, joining says what to pass, before anything is dialled", async () => {
  await assertRejects(
    () => joinRoom({ app: "a test" }, "a room", { nodes }),
    TypeError,
    "No WebRTC here: pass { RTCPeerConnection }",
  );
});

Deno.test("a library that no node served does not know of any", async () => {
  await assertRejects(
    () =>
      joinRoom({ app: "a test" }, "a room", { RTCPeerConnection: class {} }),
    TypeError,
    "No node is named",
  );
});
