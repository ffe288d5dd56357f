import { assertEquals } from "@std/assert";
import type { Connection } from "./exchange.ts";
import { originOf } from "./host_rule.ts";

const connection: Connection = {
  addressBlocks: [],
  clientAddress: "198.51.100.7",
  localAddress: "192.0.2.1",
  localPort: 8000,
  scheme: "http",
};
const unnamed = { publicUrl: null, allowedHosts: [] };

Deno.test("localhost and loopback addresses are this node's, at its port", () => {
  for (
    const host of [
      "localhost:8000",
      "127.0.0.1:8000",
      "127.1.2.3:8000",
      "[::1]:8000",
    ]
  ) {
    assertEquals(originOf(host, unnamed, connection), `http://${host}`);
  }
  const atDefault = { ...connection, localPort: 80 };
  assertEquals(originOf("localhost", unnamed, atDefault), "http://localhost");
});

Deno.test("another port is another node, also on this machine", () => {
  for (
    const host of ["localhost", "localhost:8001", "127.0.0.1:8001", "[::1]"]
  ) {
    assertEquals(originOf(host, unnamed, connection), undefined, host);
  }
  const mapped = { ...unnamed, allowedHosts: ["localhost:9000"] };
  assertEquals(
    originOf("localhost:9000", mapped, connection),
    "http://localhost:9000",
  );
});

Deno.test("an address is this node's when the connection arrived there", () => {
  assertEquals(
    originOf("192.0.2.1:8000", unnamed, connection),
    "http://192.0.2.1:8000",
  );
  const onIpv6 = { ...connection, localAddress: "2001:db8::1", localPort: 80 };
  assertEquals(
    originOf("[2001:db8::1]", unnamed, onIpv6),
    "http://[2001:db8::1]",
  );
});

Deno.test("another node's address is not this node's: it would mine for us", () => {
  for (
    const host of [
      "192.0.2.2:8000",
      "192.0.2.1:8001",
      "192.0.2.1",
      "10.0.0.1:8000",
      "[2001:db8::1]:8000",
    ]
  ) {
    assertEquals(originOf(host, unnamed, connection), undefined, host);
  }
});

Deno.test("a name is this node's only when its operator says so", () => {
  const host = "evil.example:8000";
  assertEquals(originOf(host, unnamed, connection), undefined);
  assertEquals(
    originOf("localhost.evil.example", unnamed, connection),
    undefined,
  );
  assertEquals(
    originOf(host, { ...unnamed, allowedHosts: [host] }, connection),
    `http://${host}`,
  );
});

Deno.test("the public URL is the origin, whatever the proxy in front speaks", () => {
  const rule = { ...unnamed, publicUrl: "https://node.example" };
  assertEquals(originOf("node.example", rule, connection), rule.publicUrl);
  assertEquals(originOf("node.example:8000", rule, connection), undefined);
  assertEquals(originOf("node.example:443", rule, connection), rule.publicUrl);
  assertEquals(
    originOf("localhost:8000", rule, connection),
    "http://localhost:8000",
  );
});

Deno.test("behind a trusted proxy the scheme is the one that was dialled", () => {
  const rule = { ...unnamed, allowedHosts: ["node.lan"] };
  const secure = { ...connection, scheme: "https" } as const;
  assertEquals(originOf("node.lan", rule, secure), "https://node.lan");
  assertEquals(originOf("node.lan", rule, connection), "http://node.lan");
});
