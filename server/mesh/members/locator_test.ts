import { assertEquals } from "@std/assert";
import { Locator } from "./locator.ts";

/** A locator of a network with these names. */
function locatorOf(
  names: Record<string, string[]>,
  { allowPrivate = false } = {},
): Locator {
  return new Locator({
    allowPrivate,
    network: {
      resolve: (hostname) => Promise.resolve(names[hostname] ?? []),
      get: () => Promise.reject(new Error("Nothing is asked here")),
    },
  });
}

const NAMES = {
  "node.example": ["9.9.9.9", "2620:fe::9"],
  "inner.example": ["10.0.0.5"],
  "trap.example": ["9.9.9.9", "127.0.0.1"],
  "secret.example": ["169.254.169.254"],
};

Deno.test("a name is at its first address, which has a network", async () => {
  const found = await locatorOf(NAMES).locate("node.example");
  const value = { address: "9.9.9.9", network: "9.9.9.0/24" };
  assertEquals(found, { ok: true, value });
});

Deno.test("an address is where it says, in brackets or without", async () => {
  const found = await locatorOf({}).locate("[2620:fe::9]");
  assertEquals(found.ok && found.value.address, "2620:fe::9");
  assertEquals((await locatorOf({}).locate("9.9.9.9")).ok, true);
});

Deno.test("private places are nowhere, unless they are allowed; one such address is enough", async () => {
  for (const name of ["inner.example", "trap.example"]) {
    const refused = await locatorOf(NAMES).locate(name);
    assertEquals(refused.ok || refused.reason, "private-address");
    const allowed = locatorOf(NAMES, { allowPrivate: true });
    assertEquals((await allowed.locate(name)).ok, true);
  }
  const secret = locatorOf(NAMES, { allowPrivate: true });
  const refused = await secret.locate("secret.example");
  assertEquals(refused.ok || refused.reason, "private-address");
});

Deno.test("a name that resolves to nothing is out of reach", async () => {
  const found = await locatorOf(NAMES).locate("nowhere.example");
  assertEquals(found.ok || found.reason, "unreachable");
});

/** What a socket is told that looks a name up. */
function lookUp(locator: Locator, hostname: string, all: boolean) {
  return new Promise((resolve) =>
    locator.lookUp(
      hostname,
      { all },
      (error, address, family) =>
        resolve(error === null ? [address, family] : error.message),
    )
  );
}

Deno.test("sockets that look names up get the address that was checked", async () => {
  const locator = locatorOf(NAMES);
  assertEquals(await lookUp(locator, "node.example", false), ["9.9.9.9", 4]);
  assertEquals(await lookUp(locator, "node.example", true), [
    [{ address: "9.9.9.9", family: 4 }],
    undefined,
  ]);
  assertEquals(
    await lookUp(locator, "trap.example", false),
    "127.0.0.1 is no public address",
  );
});
