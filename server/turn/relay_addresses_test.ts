import { assertEquals } from "@std/assert";
import { RelayAddresses } from "./relay_addresses.ts";

const ownAddress = (family: 4 | 6) =>
  family === 4 ? "192.0.2.1" : "2001:db8::1";

function placesOf(hosts: string[], externalIp: string | null = null) {
  const addresses = new RelayAddresses({ hosts, externalIp, ownAddress });
  return ([4, 6] as const).map((family) =>
    addresses.has(family)
      ? `${addresses.bound(family)} ${addresses.advertised(family)}`
      : "none"
  );
}

Deno.test("relays are where the listeners are, under an address that others reach", () => {
  assertEquals(placesOf(["127.0.0.1"]), ["127.0.0.1 127.0.0.1", "none"]);
  assertEquals(placesOf(["0.0.0.0", "::"]), [
    "0.0.0.0 192.0.2.1",
    ":: 2001:db8::1",
  ]);
  assertEquals(placesOf(["10.0.0.1", "0.0.0.0"]), [
    "0.0.0.0 192.0.2.1",
    "none",
  ]);
});

Deno.test("the NAT's address replaces that of its family", () => {
  assertEquals(
    placesOf(["0.0.0.0", "::"], "198.51.100.1"),
    ["0.0.0.0 198.51.100.1", ":: 2001:db8::1"],
  );
  assertEquals(placesOf(["10.0.0.1"], "2001:db8::9"), [
    "10.0.0.1 10.0.0.1",
    "none",
  ]);
});

Deno.test("a host that knows no address of its own tells where it listens", () => {
  const addresses = new RelayAddresses({
    ...{ hosts: ["0.0.0.0"], externalIp: null, ownAddress: () => undefined },
  });
  assertEquals(addresses.advertised(4), "0.0.0.0");
});
