import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import {
  ConfigError,
  parseAddress,
  parseCount,
  parseHosts,
  parseOrigin,
  parseProxies,
  readDifficulty,
} from "./config.ts";

const bounds = { least: 1, most: 65535 };

function refuses(parse: (text: string) => unknown, texts: string[]): void {
  for (const text of texts) {
    assertThrows(() => parse(text), ConfigError, undefined);
  }
}

Deno.test("counts are whole numbers within bounds", () => {
  assertEquals(parseCount("8000", bounds), 8000);
  refuses((text) => parseCount(text, bounds), [
    "",
    "0",
    "65536",
    "-1",
    "1.5",
    "1e3",
    "0x10",
    "8000 ",
  ]);
});

Deno.test("addresses to listen on are IP addresses", () => {
  for (const address of ["0.0.0.0", "127.0.0.1", "::", "2001:db8::1"]) {
    assertEquals(parseAddress(address), address);
  }
  refuses(parseAddress, ["", "localhost", "256.1.1.1", "[::1]", "1.2.3.4:80"]);
});

Deno.test("an origin has no path, query, fragment or user", () => {
  assertEquals(parseOrigin("https://Node.Example/"), "https://node.example");
  assertEquals(parseOrigin("https://node.example:443"), "https://node.example");
  assertEquals(parseOrigin("http://[::1]:8000"), "http://[::1]:8000");
  refuses(parseOrigin, [
    "",
    "node.example",
    "ftp://node.example",
    "https://node.example/path",
    "https://node.example/?q",
    "https://node.example/#f",
    "https://user@node.example",
    "https://*.example",
    "https://node.example:0",
  ]);
});

Deno.test("hosts are names as in a URL, separated by commas", () => {
  assertEquals(parseHosts("node.lan:8000, 10.0.0.5:9000,[::1]"), [
    "node.lan:8000",
    "10.0.0.5:9000",
    "[::1]",
  ]);
  refuses(parseHosts, [
    "",
    ",",
    "a,,b",
    "a/b",
    "*",
    "http://a",
    "a b",
    "u@a",
    "a?b",
  ]);
});

Deno.test("proxies are addresses, ranges or known names", () => {
  assertEquals(parseProxies("loopback, 10.0.0.0/8"), [
    "loopback",
    "10.0.0.0/8",
  ]);
  refuses(parseProxies, ["", "nowhere", "10.0.0.0/99"]);
});

Deno.test("no text crashes a reader", () => {
  const readers = [parseAddress, parseOrigin, parseHosts, parseProxies];
  fc.assert(fc.property(fc.string(), (text) => {
    for (const read of readers) {
      try {
        read(text);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
      }
    }
  }));
});

Deno.test("a difficulty file is read, or the reason told", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(
      path,
      '{"version": 1, "idleWork": 65536, "fullWork": 65536}',
    );
    assertEquals(readDifficulty(path), { idleWork: 65536, fullWork: 65536 });
    await Deno.writeTextFile(path, "{}");
    assertThrows(() => readDifficulty(path), ConfigError, '"version": 1');
  } finally {
    await Deno.remove(path);
  }
  assertThrows(() => readDifficulty(path), ConfigError, "cannot read the file");
});
