import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { decodeCandidates, encodeCandidates } from "./candidate.ts";

/** What became of the parts that matter: type, protocol, address, port. */
function partsOf(candidate: string): string {
  const [, , protocol, , spelling, port, , type] = candidate.split(" ");
  const tcpType = /tcptype (\S+)/.exec(candidate)?.[1] ?? "";
  const address = spelling!.includes(":")
    ? new URL(`http://[${spelling}]`).hostname.slice(1, -1)
    : spelling;
  return [type, protocol!.toLowerCase(), tcpType, address, port].join(" ");
}

function roundTrip(...candidates: string[]): string[] {
  return decodeCandidates(encodeCandidates(candidates))!;
}

function sent(...candidates: string[]): string[] {
  return roundTrip(...candidates).map(partsOf);
}

const MDNS = "7ecb62fa-800f-4ed3-a2a5-943f72c0ea00.local";

const group = fc.nat(65_535).map((n) => n.toString(16));
const ipv6 = fc.array(group, { minLength: 8, maxLength: 8 })
  .map((groups) =>
    new URL(`http://[${groups.join(":")}]`).hostname.slice(1, -1)
  );
const address = fc.oneof(
  fc.ipV4(),
  ipv6,
  fc.uuid().map((uuid) => `${uuid}.local`),
);
const candidate = fc.record({
  address,
  port: fc.nat(65_535),
  priority: fc.nat(2 ** 31 - 1),
  type: fc.constantFrom("host", "srflx", "relay"),
  how: fc.constantFrom(
    ["udp", ""],
    ["UDP", " generation 0 ufrag x"],
  ),
}).map(({ address, port, priority, type, how: [protocol, more] }) =>
  `candidate:1 1 ${protocol} ${priority} ${address} ${port} typ ${type}${more}`
);

Deno.test("a candidate comes back with its type, protocol, address and port", () => {
  fc.assert(fc.property(candidate, (candidate) => {
    assertEquals(sent(candidate), [partsOf(candidate)]);
  }));
});

Deno.test("no bytes make the decoder throw, and what it gives encodes to itself", () => {
  const records = fc.array(
    fc.tuple(fc.nat(12), fc.uint8Array({ minLength: 6, maxLength: 20 })),
  ).map((all) =>
    Uint8Array.from(all.flatMap(([head, rest]) => [head, ...rest]))
  );
  const bytes = fc.oneof(fc.uint8Array({ maxLength: 900 }), records);
  fc.assert(
    fc.property(bytes, (bytes) => {
      const candidates = decodeCandidates(bytes);
      for (const candidate of candidates ?? []) {
        assert(!/[\r\n]/.test(candidate), candidate);
        assertEquals(sent(candidate), [partsOf(candidate)]);
      }
    }),
    { numRuns: 500 },
  );
});

Deno.test("bytes that are cut short are refused", () => {
  const bytes = encodeCandidates([
    `candidate:1 1 udp 5 ${MDNS} 5000 typ host`,
  ]);
  assertEquals(bytes.length, 19);
  for (let length = 1; length < bytes.length; length++) {
    assertEquals(decodeCandidates(bytes.subarray(0, length)), undefined);
  }
});

Deno.test("the order is that of priorities, and those are made anew", () => {
  const candidates = roundTrip(
    "candidate:1 1 udp 41885439 198.51.100.9 61000 typ relay raddr 203.0.113.5 rport 5000",
    "candidate:2 1 udp 1686052607 203.0.113.5 5000 typ srflx raddr 10.0.0.2 rport 5000",
    "candidate:3 1 udp 2122194687 10.0.0.2 5000 typ host generation 0 network-id 1",
    "candidate:4 1 udp 2122262783 2001:db8::2 5001 typ host generation 0 network-id 2",
  );
  assertEquals(candidates, [
    "candidate:45001 1 udp 2130706431 2001:0db8:0000:0000:0000:0000:0000:0002 5001 typ host",
    "candidate:05000 1 udp 2130706175 10.0.0.2 5000 typ host",
    "candidate:15000 1 udp 1073741311 203.0.113.5 5000 typ srflx raddr 0.0.0.0 rport 0",
    "candidate:261000 1 udp 16776447 198.51.100.9 61000 typ relay raddr 0.0.0.0 rport 0",
  ]);
});

Deno.test("TCP, another component, zones and what is no candidate are left out", () => {
  assertEquals(
    sent(
      "",
      "end-of-candidates",
      "candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype active",
      "candidate:1 1 tcp 1518280447 192.0.2.1 9 typ host tcptype passive",
      "candidate:1 1 udp 2122260223 192.0.2 5000 typ host",
      "candidate:1 1 udp 2122260223 deadbeef.local 5000 typ host",
      "candidate:1 2 udp 2122260222 192.0.2.1 5001 typ host",
      "candidate:1 1 udp 2122260223 fe80::1%eth0 5000 typ host",
      "candidate:1 1 udp 2122260223 a.name.example 5000 typ host",
      "candidate:1 1 udp 2122260223 printer.local 5000 typ host",
      "candidate:1 1 udp 2122260223 192.0.2.1 5000 typ unheard",
      "candidate:1 1 udp 2122260223 192.0.2.1 5000 typ host",
    ),
    ["host udp  192.0.2.1 5000"],
  );
});

Deno.test("of too many the device's own are dropped, the least first", () => {
  const hosts = Array.from(
    { length: 50 },
    (_, i) =>
      `candidate:1 1 udp ${2_000_000_000 - i} 2001:db8::${i + 1} ${
        5000 + i
      } typ host`,
  );
  const relay = "candidate:1 1 udp 1000 198.51.100.9 61000 typ relay";
  const bytes = encodeCandidates([...hosts, relay]);
  assert(bytes.length <= 600);
  const candidates = decodeCandidates(bytes)!.map(partsOf);
  assertEquals(candidates.at(-1), partsOf(relay));
  assertEquals(candidates.slice(0, -1), hosts.slice(0, 30).map(partsOf));
});

Deno.test("more than 31 are refused", () => {
  const one = encodeCandidates(["candidate:1 1 udp 5 192.0.2.1 5000 typ host"]);
  const times = (count: number) =>
    Uint8Array.from(Array(count).fill([...one]).flat());
  assertEquals(decodeCandidates(times(31))?.length, 31);
  assertEquals(decodeCandidates(times(32)), undefined);
});
