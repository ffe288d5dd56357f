import { assert, assertEquals } from "@std/assert";
import { encodeBase64url } from "@sigmesh/core";
import { parseRoomHash } from "@sigmesh/core/wire";
import fc from "fast-check";
import { SERVER_LIMITS } from "../../limits.ts";
import {
  formatLinkFrame,
  type LinkFrame,
  parseLinkFrame,
} from "./link_frame.ts";

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length });

const room = fc.oneof(bytes(20), bytes(32)).map((hash) =>
  parseRoomHash(hash.toHex())!
);
const utf8Bytes = (text: string) => new TextEncoder().encode(text).length;
const body = fc.string({ unit: "binary", maxLength: 1024 })
  .map((text) => text.replaceAll(/[\0\r]/g, ""))
  .filter((text) => text.isWellFormed() && utf8Bytes(text) <= 1024);

const frames: fc.Arbitrary<LinkFrame> = fc.oneof(
  fc.record({
    type: fc.constant("hello" as const),
    protocol: fc.nat(),
    version: fc.string({ maxLength: 64 }),
  }),
  fc.record({
    type: fc.constant("subscribe" as const),
    room,
    relay: fc.boolean(),
  }),
  fc.record({ type: fc.constantFrom("unsubscribe", "leave"), room }),
  fc.record({
    type: fc.constant("message" as const),
    room,
    body,
    stamp: fc.string({ maxLength: 104 }),
    origin: fc.domain().map((name) => `https://${name}`),
    signature: fc.option(bytes(64).map(encodeBase64url), { nil: undefined }),
  }),
);

Deno.test("every frame that is written is read as it was", () => {
  fc.assert(fc.property(frames, (frame) => {
    const parsed = parseLinkFrame(formatLinkFrame(frame));
    assert(parsed.ok);
    assertEquals(parsed.value, frame);
  }));
});

Deno.test("reading never throws, whatever comes", () => {
  const anything = fc.oneof(fc.string(), fc.json());
  fc.assert(fc.property(anything, (text) => {
    parseLinkFrame(text);
  }));
});

Deno.test("a frame with a field of any other kind is read or refused, and never throws", () => {
  fc.assert(fc.property(frames, fc.anything(), fc.nat(), (frame, value, n) => {
    const names = Object.keys(frame);
    const changed = { ...frame, [names[n % names.length]!]: value };
    let text;
    try {
      text = JSON.stringify(changed);
    } catch {
      return; // JSON has no such value
    }
    parseLinkFrame(text);
  }));
});

Deno.test("the longest frame that is written is not too long to be read", () => {
  const frame: LinkFrame = {
    type: "message",
    room: parseRoomHash("ab".repeat(32))!,
    body: "\x01".repeat(1024),
    stamp: "s".repeat(104),
    origin: `https://${"o".repeat(255)}`,
    signature: "g".repeat(86),
  };
  assert(formatLinkFrame(frame).length <= SERVER_LIMITS.linkFrameBytes);
  assert(parseLinkFrame(formatLinkFrame(frame)).ok);
});

const reasonOf = (frame: unknown) => {
  const parsed = parseLinkFrame(JSON.stringify(frame));
  return parsed.ok ? "ok" : parsed.reason;
};

Deno.test("a frame of an unknown type is told from a malformed one", () => {
  assertEquals(reasonOf({ type: "gossip", about: "rooms" }), "unknown");
  assertEquals(reasonOf({ type: "toString" }), "unknown");
  assertEquals(reasonOf({ type: "leave" }), "malformed");
  assertEquals(reasonOf([{ type: "leave" }]), "malformed");
  assertEquals(reasonOf("leave"), "malformed");
});

Deno.test("unknown fields are ignored, and relay may be left out", () => {
  const room = "ab".repeat(20);
  const frame = { type: "subscribe", room, since: 17 };
  assertEquals(parseLinkFrame(JSON.stringify(frame)), {
    ok: true,
    value: { type: "subscribe", room: parseRoomHash(room)!, relay: false },
  });
});

const message = {
  type: "message",
  room: "ab".repeat(20),
  body: "hello",
  stamp: "s",
  origin: "https://node.example",
};

const refused: [string, object][] = [
  ["a body with CR", { body: "a\rb" }],
  ["a body with NUL", { body: "a\0b" }],
  ["a body with half a character", { body: "\ud800" }],
  ["a body of more bytes than a post has", { body: "ä".repeat(513) }],
  ["a room that is no hash", { room: "AB".repeat(20) }],
  ["an origin with a path", { origin: "https://node.example/room" }],
  ["an origin of another scheme", { origin: "file://node.example" }],
  ["an endless origin", { origin: `https://${"o".repeat(256)}` }],
  ["a signature of another length", { signature: "g".repeat(85) }],
];

for (const [what, change] of refused) {
  Deno.test(`a message with ${what} is refused`, () => {
    assertEquals(reasonOf(message), "ok");
    assertEquals(reasonOf({ ...message, ...change }), "malformed");
  });
}
