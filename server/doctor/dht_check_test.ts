import { assertEquals } from "@std/assert";
import { startPrivateDht } from "../testing/private_dht.ts";
import { withDhts } from "../testing/test_dht.ts";
import { checkDht } from "./dht_check.ts";

const HERE = "http://127.0.0.1";

async function statusesOf(
  url: string,
  dht: { port: number; contacts: number } | null,
): Promise<string[]> {
  const findings = await checkDht(url, { dht });
  return findings.map(({ check, status }) => `${check} ${status}`);
}

Deno.test("a node of a DHT that answers and knows somebody is all right", async () => {
  const { bootstrap, close } = await startPrivateDht(1);
  await withDhts([{ bootstrap }], async (node) => {
    const dht = { port: node.endpoint.port, contacts: node.contacts };
    assertEquals(await statusesOf(HERE, dht), ["dht ok", "dht-port ok"]);
  });
  await close();
});

Deno.test("nobody is pinged without a DHT, by IPv6, or at no port", async () => {
  assertEquals(await statusesOf(HERE, null), ["dht skip"]);
  const alone = ["dht warn", "dht-port skip"];
  const contacts = 0;
  assertEquals(await statusesOf("http://[::1]", { port: 1, contacts }), alone);
  for (const port of [0, 65_536]) {
    assertEquals(await statusesOf(HERE, { port, contacts }), alone);
  }
});
