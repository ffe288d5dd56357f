import { assertEquals } from "@std/assert";
import { bytesOfIp } from "./ip.ts";
import { PeerFilter } from "./peer_filter.ts";
import { ReachRules } from "./reach.ts";
import { RelayAddresses } from "./relay_addresses.ts";

/** A server on a wildcard, on a machine with two public addresses. */
function reachOf(address: string) {
  const own = { address: "0.0.0.0", port: 3478 };
  const rules = new ReachRules({
    filter: new PeerFilter({
      ...{ allowPrivate: false, own: [own] },
      machine: ["1.1.1.1", "1.1.1.2"],
    }),
    ownPorts: [own.port],
    relays: new RelayAddresses({
      hosts: ["0.0.0.0"],
      externalIp: null,
      ownAddress: () => "1.1.1.1",
    }),
  });
  return rules.reachOf(bytesOfIp(address), address);
}

Deno.test("at the machine's own addresses only relays are reached", () => {
  assertEquals(reachOf("1.1.1.1"), {
    isRelaysOnly: true,
    closedPorts: [3478],
  });
  assertEquals(reachOf("1.1.1.2"), undefined);
});

Deno.test("elsewhere all ports are reached but ours", () => {
  assertEquals(reachOf("1.1.1.3"), {
    isRelaysOnly: false,
    closedPorts: [3478],
  });
});
