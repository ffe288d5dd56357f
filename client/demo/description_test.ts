import { assert, assertEquals, assertRejects } from "@std/assert";
import { packDescription, unpackDescription } from "./description.ts";

const lines = [
  "v=0",
  "o=- 4611732 2 IN IP4 127.0.0.1",
  "a=fingerprint:sha-256 " + "AB:".repeat(31) + "AB",
  "a=candidate:1 1 udp 2113937151 192.0.2.1 50000 typ host generation 0",
  "",
];

Deno.test("a description comes back, without its TCP candidates", async () => {
  const tcp = "a=candidate:2 1 tcp 1518 192.0.2.1 9 typ host tcptype active";
  const packed = await packDescription([...lines, tcp].join("\r\n"));
  assertEquals(await unpackDescription(packed), lines.join("\r\n"));
  assert(packed.length < 300);
});

Deno.test("what is no description, or swells without end, is refused", async () => {
  await assertRejects(() => unpackDescription("not base64!"));
  await assertRejects(() => unpackDescription(btoa("not deflated")));
  const bomb = await packDescription("a".repeat(10_000_000));
  await assertRejects(() => unpackDescription(bomb), RangeError, "too long");
});
