/** What the endpoints say without a DHT around: before and after payment. */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import {
  encodeText,
  formatMutableItem,
  formatMutableKey,
  parseMutableItem,
  verifyMutableItem,
} from "@sigmesh/core/mutable_item";
import { problemCodeOf } from "@sigmesh/core/wire";
import { startPrivateDht } from "../testing/private_dht.ts";
import { createTestApi } from "../testing/test_api.ts";
import { createOwner } from "../testing/test_dht.ts";
import { localDht } from "../testing/test_node.ts";

import { EXAMPLE_ITEM } from "./views/dht_example.ts";

type TestApi = Awaited<ReturnType<typeof createTestApi>>;

/** An API whose node is in a DHT. */
async function withJoined(run: (api: TestApi) => Promise<void>): Promise<void> {
  const { bootstrap, close } = await startPrivateDht(2);
  const api = await createTestApi({ dht: localDht(bootstrap) });
  const dht = api.dht!;
  dht.start(0);
  try {
    await dht.joined;
    await run(api);
    assertEquals(api.faults, []);
  } finally {
    await dht.close();
    await close();
  }
}

async function refusalOf(
  { json }: TestApi,
  path: string,
  body: unknown,
): Promise<[number, string]> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await json(path, { method: "POST", body: text });
  return [answer.response.status, problemCodeOf(answer.body)];
}

Deno.test("a node without the DHT says so before payment, and to people", async () => {
  const api = await createTestApi();
  for (const path of ["/dht-get", "/dht-put"]) {
    assertEquals(await refusalOf(api, path, {}), [404, "no-dht"]);
    const page = await api.call(path) as Response;
    assertStringIncludes(await page.text(), "This node has no DHT");
  }
});

Deno.test("GET is a page for people, and 405 for programs", async () => {
  await withJoined(async (api) => {
    for (const path of ["/dht-get", "/dht-put"]) {
      const { response } = await api.json(path);
      assertEquals(response.status, 405);
      assertEquals(response.headers.get("allow"), "POST, OPTIONS");
      const page = await api.call(path) as Response;
      assertEquals(page.status, 200);
      assertStringIncludes(await page.text(), "/pages/dht.js");
    }
  });
});

Deno.test("what is wrong with a body is said before payment, by the name of its field", async () => {
  await withJoined(async (api) => {
    const item = formatMutableItem(await (await createOwner())("hello", 1));
    const of = (changed: unknown, path = "/dht-put") =>
      refusalOf(api, path, changed);
    assertEquals(await of("{"), [400, "bad-json"]);
    assertEquals(await of("x".repeat(1025)), [413, "body-too-large"]);
    for (
      const [field, value] of Object.entries({ k: "A", seq: -1, v: "NTph" })
    ) {
      const { body } = await api.json("/dht-put", {
        method: "POST",
        body: JSON.stringify({ ...item, [field]: value }),
      });
      assertEquals(problemCodeOf(body), "bad-field");
      assertStringIncludes(body.detail, `${field} is not usable`);
    }
    assertEquals(await of({ salt: "" }, "/dht-get"), [400, "bad-field"]);
    assertEquals(await of(item), [401, "stamp-missing"]);
    assertEquals(await of({ k: item.k }, "/dht-get"), [401, "stamp-missing"]);
  });
});

Deno.test("an item is put and got for twice and four times the price of a post", async () => {
  await withJoined(async (api) => {
    const owner = await createOwner();
    const item = await owner("hello", 1, "salt");
    const put = await api.post(
      "/dht-put",
      JSON.stringify(formatMutableItem(item)),
    );
    assertEquals([put.response.status, put.body.height], [200, 10]);
    const key = JSON.stringify(formatMutableKey(item));
    const got = await api.post("/dht-get", key);
    const { token: _, height, ...found } = got.body;
    assertEquals([got.response.status, height], [200, 9]);
    assertEquals(found, formatMutableItem(item));
    const expected = { ...await owner("next", 3, "salt"), cas: 2 };
    const conflict = await api.post(
      "/dht-put",
      JSON.stringify(formatMutableItem(expected)),
    );
    assertEquals(conflict.response.status, 409);
    assertStringIncludes(conflict.body.detail, "another item with seq 1");
  });
});

Deno.test("a signature is looked at when it is paid for", async () => {
  await withJoined(async (api) => {
    const item = await (await createOwner())("hello", 1);
    const forged = formatMutableItem({ ...item, v: encodeText("world") });
    const put = await api.post("/dht-put", JSON.stringify(forged));
    assertEquals(problemCodeOf(put.body), "bad-signature");
    const got = await api.post(
      "/dht-get",
      JSON.stringify(formatMutableKey(item)),
    );
    assertEquals([got.response.status, problemCodeOf(got.body)], [
      404,
      "item-not-found",
    ]);
  });
});

Deno.test("the commands of the pages are told the price", async () => {
  await withJoined(async (api) => {
    for (const page of ["/", "/dht-get", "/dht-put"]) {
      const html = await (await api.call(page) as Response).text();
      const commands = [
        ...html.matchAll(/--data '(\{.*?\})' [^]*?'(http[^']*dht-...)'/g),
      ];
      assert(commands.length > 0, page);
      for (const [, body, url] of commands) {
        const path = new URL(url!).pathname;
        const sent = body!.replaceAll("&quot;", '"');
        assertEquals(await refusalOf(api, path, sent), [401, "stamp-missing"]);
      }
    }
  });
});

Deno.test("the example of the pages is an item that was signed", async () => {
  const read = parseMutableItem(JSON.parse(EXAMPLE_ITEM));
  assert(read.ok && await verifyMutableItem(read.value));
});
