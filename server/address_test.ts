import { assert, assertEquals } from "@std/assert";
import {
  addressBlockOf,
  familyOf,
  isAddress,
  isLoopback,
  networkOf,
  normaliseAddress,
  withoutPort,
} from "./address.ts";

Deno.test("an address has one form", () => {
  assertEquals(normaliseAddress("::ffff:192.0.2.1"), "192.0.2.1");
  assertEquals(normaliseAddress("2001:DB8:0:0::1"), "2001:db8::1");
  assertEquals(normaliseAddress("fe80::1%eth0"), "fe80::1");
});

Deno.test("the family is that of the address, not of its spelling", () => {
  assertEquals(familyOf("192.0.2.1"), 4);
  assertEquals(familyOf("::ffff:192.0.2.1"), 4);
  assertEquals(familyOf("2001:db8::1"), 6);
});

Deno.test("an IPv4 address stands for itself, an IPv6 address for its /64", () => {
  assertEquals(addressBlockOf("192.0.2.1"), "192.0.2.1");
  assertEquals(addressBlockOf("::ffff:192.0.2.1"), "192.0.2.1");
  const block = addressBlockOf("2001:db8:1:2:3:4:5:6");
  assertEquals(addressBlockOf("2001:db8:1:2:ffff::1"), block);
  assert(addressBlockOf("2001:db8:1:3::1") !== block);
});

Deno.test("loopback is known in every form", () => {
  for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
    assert(isLoopback(address), address);
  }
  for (const address of ["192.0.2.1", "0.0.0.0", "::", "2001:db8::1"]) {
    assert(!isLoopback(address), address);
  }
});

Deno.test("names, ports and nothing are no addresses", () => {
  for (
    const text of [
      "",
      "unknown",
      "192.0.2.1:80",
      "[::1]",
      "192.0.2.256",
      "127.1",
      "1",
    ]
  ) {
    assert(!isAddress(text), text);
  }
  assert(isAddress("192.0.2.1") && isAddress("2001:db8::1"));
});

Deno.test("ports that proxies add are taken off", () => {
  assertEquals(withoutPort("192.0.2.1:5678"), "192.0.2.1");
  assertEquals(withoutPort("[2001:db8::1]:5678"), "2001:db8::1");
  assertEquals(withoutPort("[2001:db8::1]"), "2001:db8::1");
  for (const text of ["192.0.2.1", "2001:db8::1", "unknown", ""]) {
    assertEquals(withoutPort(text), text);
  }
});

Deno.test("a network is an IPv4 /24 or an IPv6 /48", () => {
  assertEquals(networkOf("192.0.2.77"), "192.0.2.0/24");
  assertEquals(networkOf("::ffff:192.0.2.77"), "192.0.2.0/24");
  assertEquals(networkOf("2001:db8:1:2::3"), "2001:db8:1::/48");
});
