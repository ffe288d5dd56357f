import { assertEquals } from "@std/assert";
import ipaddr from "ipaddr.js";
import { type OwnListener, PeerFilter } from "./peer_filter.ts";

const PUBLIC = [
  "1.1.1.1",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
  "168.63.129.15",
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "2001:4860:4860::8888",
  "2606:4700:4700::1111",
  "2a00::1",
];

/** First and last address of each range, or one inside it. */
const PRIVATE = {
  loopback: ["127.0.0.1", "127.255.255.255", "::1"],
  private: [
    "10.0.0.0",
    "10.255.255.255",
    "172.16.0.0",
    "172.31.255.255",
    "192.168.0.0",
    "192.168.255.255",
  ],
  "unique-local": ["fc00::", "fdff:ffff::1"],
  "link-local": ["169.254.0.0", "169.254.255.255", "fe80::1", "febf::1"],
  "carrier-grade NAT": ["100.64.0.0", "100.127.255.255"],
};

const FORBIDDEN = {
  unspecified: ["0.0.0.0", "0.255.255.255", "::"],
  multicast: ["224.0.0.0", "239.255.255.255", "ff00::", "ff02::1"],
  broadcast: ["255.255.255.255"],
  reserved: ["192.0.0.8", "240.0.0.0", "255.255.255.254", "192.88.99.1"],
  benchmark: ["198.18.0.0", "198.19.255.255", "2001:2::1"],
  documentation: [
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "2001:db8::1",
    "3fff::1",
  ],
  metadata: [
    "169.254.169.254",
    "169.254.169.253",
    "169.254.170.2",
    "169.254.42.42",
    "169.254.0.23",
    "100.100.100.200",
    "168.63.129.16",
    "192.0.0.192",
    "fd00:ec2::254",
    "fd00:c1::a9fe:a9fe",
    "fd20:ce::254",
  ],
  "not given out by IANA": ["1fff::1", "4000::1", "100::1", "fec0::1"],
};

/** IPv6 addresses that carry this IPv4 address. */
function formsOf(address: string): string[] {
  const [a, b, c, d] = ipaddr.IPv4.parse(address).octets;
  const hex = [a! << 8 | b!, c! << 8 | d!].map((word) => word.toString(16));
  const inverted = [a! << 8 | b!, c! << 8 | d!]
    .map((word) => (word ^ 0xffff).toString(16));
  return [
    `::ffff:${hex.join(":")}`,
    `::${hex.join(":")}`,
    `::ffff:0:${hex.join(":")}`,
    `64:ff9b::${hex.join(":")}`,
    `64:ff9b:1::${hex.join(":")}`,
    `2002:${hex.join(":")}::1`,
    `2001:0:${hex.join(":")}:0:0:${inverted.join(":")}`,
  ];
}

function filter(
  { allowPrivate = false, own = [], machine = [] }: {
    allowPrivate?: boolean;
    own?: readonly OwnListener[];
    machine?: readonly string[];
  } = {},
): (address: string, port?: number) => boolean {
  const made = new PeerFilter({ allowPrivate, own, machine });
  return (address, port = 50_000) =>
    made.allows(
      new Uint8Array(ipaddr.parse(address).toByteArray()),
      port,
    );
}

Deno.test("public unicast addresses pass", () => {
  for (const address of PUBLIC) {
    assertEquals(filter()(address), true, address);
    assertEquals(filter({ allowPrivate: true })(address), true, address);
  }
});

for (const [name, addresses] of Object.entries(PRIVATE)) {
  Deno.test(`${name} addresses pass only where private ones are allowed`, () => {
    for (const address of addresses) {
      assertEquals(filter()(address), false, address);
      assertEquals(filter({ allowPrivate: true })(address), true, address);
    }
  });
}

for (const [name, addresses] of Object.entries(FORBIDDEN)) {
  Deno.test(`${name} addresses never pass`, () => {
    for (const address of addresses) {
      assertEquals(filter()(address), false, address);
      assertEquals(filter({ allowPrivate: true })(address), false, address);
    }
  });
}

Deno.test("no address passes in a form that carries it in IPv6", () => {
  const addresses = [
    ...PUBLIC,
    ...Object.values(PRIVATE).flat(),
    ...Object.values(FORBIDDEN).flat(),
  ].filter(ipaddr.IPv4.isValid);
  for (const form of addresses.flatMap(formsOf)) {
    assertEquals(filter()(form), false, form);
    assertEquals(filter({ allowPrivate: true })(form), false, form);
  }
});

Deno.test("the node's own listeners never pass, its other ports do", () => {
  const own = [
    { address: "1.1.1.1", port: 3478 },
    { address: "2a00:0:0::1", port: 3478 },
    { address: "127.0.0.1", port: 6881 },
  ];
  const allows = filter({ allowPrivate: true, own });
  assertEquals(allows("1.1.1.1", 3478), false);
  assertEquals(allows("2a00::1", 3478), false);
  assertEquals(allows("127.0.0.1", 6881), false);
  assertEquals(allows("1.1.1.1", 49_152), true);
  assertEquals(allows("2a00::1", 49_152), true);
  assertEquals(allows("127.0.0.1", 3478), true);
  assertEquals(allows("1.1.1.2", 3478), true);
});

Deno.test("a listener on a wildcard closes its port at every address", () => {
  for (const wildcard of ["0.0.0.0", "::"]) {
    const own = [{ address: wildcard, port: 3478 }];
    const allows = filter({ allowPrivate: true, own });
    for (const address of ["1.1.1.1", "2a00::1", "127.0.0.1", "::1"]) {
      assertEquals(allows(address, 3478), false, address);
      assertEquals(allows(address, 3479), true, address);
    }
  }
});

Deno.test("the machine's own public addresses pass only where private ones are allowed", () => {
  const machine = ["1.1.1.1", "2A00:0::1", "::ffff:1.1.1.3"];
  for (const address of ["1.1.1.1", "2a00::1", "1.1.1.3"]) {
    assertEquals(filter({ machine })(address), false, address);
    assertEquals(filter({ machine, allowPrivate: true })(address), true);
  }
  assertEquals(filter({ machine })("1.1.1.2"), true);
});

Deno.test("port 0 and what is no address are refused", () => {
  assertEquals(filter()("1.1.1.1", 0), false);
  const any = new PeerFilter({ allowPrivate: true, own: [] });
  for (const length of [0, 3, 5, 8, 15, 17]) {
    assertEquals(any.allows(new Uint8Array(length).fill(1), 50_000), false);
  }
});
