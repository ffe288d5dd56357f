import { assertEquals } from "@std/assert";
import ipaddr from "ipaddr.js";
import { classOf } from "./address_class.ts";

// server/turn/peer_filter_test.ts has the ranges, end to end.
const addresses = {
  public: ["1.1.1.1", "168.63.129.15", "2a00::1"],
  private: [
    "10.0.0.1",
    "127.0.0.1",
    "100.64.0.1",
    "169.254.1.1",
    "fd00::1",
    "::1",
  ],
  refused: [
    ...["0.0.0.0", "224.0.0.1", "255.255.255.255", "192.0.2.1", "240.0.0.1"],
    ...["169.254.169.254", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"],
    ...[
      "::",
      "::ffff:1.1.1.1",
      "64:ff9b::101:101",
      "2002:101:101::1",
      "4000::1",
    ],
  ],
};

for (const [expected, texts] of Object.entries(addresses)) {
  Deno.test(`addresses that are ${expected} are told from the others`, () => {
    for (const text of texts) {
      assertEquals(
        `${text} ${classOf(ipaddr.parse(text))}`,
        `${text} ${expected}`,
      );
    }
  });
}
