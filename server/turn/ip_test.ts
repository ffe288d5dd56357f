import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { bytesOfIp, textOfIp } from "./ip.ts";

const sparse = fc.array(fc.constantFrom(0, 0, 0, 1, 0xdb), {
  ...{ minLength: 16, maxLength: 16 },
}).map((bytes) => Uint8Array.from(bytes)).filter((bytes) => bytes[0] !== 0);

Deno.test("addresses have the text that sockets give", () => {
  assertEquals(textOfIp(Uint8Array.of(192, 0, 2, 1)), "192.0.2.1");
  fc.assert(fc.property(sparse, (bytes) => {
    const text = textOfIp(bytes);
    // As RFC 5952 has it: URLs and sockets write addresses alike.
    assertEquals(new URL(`http://[${text}]/`).hostname, `[${text}]`);
    assertEquals([...bytesOfIp(text)], [...bytes]);
  }));
});

Deno.test("an IPv4 address mapped into IPv6 is one of IPv4", () => {
  assertEquals([...bytesOfIp("::ffff:192.0.2.1")], [192, 0, 2, 1]);
});
