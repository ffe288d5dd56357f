import { assertEquals, assertStringIncludes } from "@std/assert";
import { messageOf, obstacleIn } from "./trouble.ts";

const WHOLE = {
  crypto: { subtle: {} },
  RTCPeerConnection: class {},
  location: { port: "8000" },
};

Deno.test("a page that has all it needs has no obstacle", () => {
  assertEquals(obstacleIn(WHOLE), undefined);
});

Deno.test("plain http is told with the addresses that work", () => {
  const text = obstacleIn({ ...WHOLE, crypto: {} })!;
  assertStringIncludes(text, "by https");
  assertStringIncludes(text, "http://localhost:8000/demo/");
  assertStringIncludes(
    obstacleIn({ location: { port: "" } })!,
    "http://localhost/demo/",
  );
});

Deno.test("a browser without WebRTC is told apart", () => {
  const text = obstacleIn({ ...WHOLE, RTCPeerConnection: undefined })!;
  assertStringIncludes(text, "WebRTC switched off");
});

Deno.test("what was thrown has words, be it an Error or not", () => {
  assertEquals(messageOf(new TypeError("Name a node")), "Name a node");
  assertEquals(messageOf("odd"), "odd");
});
