import {
  assert,
  assertEquals,
  assertMatch,
  assertStringIncludes,
} from "@std/assert";
import { stillTurn } from "../../testing/still_turn.ts";
import { createTestApi, ORIGIN } from "../../testing/test_api.ts";
import type { Config } from "../../config.ts";
import { DEFAULT_TURN } from "../../turn_config.ts";

async function statusOf(config: Partial<Config> = {}) {
  const api = await createTestApi(
    { turn: DEFAULT_TURN, ...config },
    { startTurn: stillTurn().start },
  );
  const read = async () => await (await api.call("/") as Response).text();
  return { ...api, read };
}

function headingOf(html: string): string {
  return /<h1[^>]*>(.*?)<\/h1>/s.exec(html)![1]!.replaceAll(/<[^>]*>/g, "");
}

Deno.test("the page begins with the verdict", async () => {
  const alone = await statusOf();
  assertEquals(
    headingOf(await alone.read()),
    "Serving. Not announced: no --public-url.",
  );
  const announced = await statusOf({ publicUrl: "https://node.example" });
  assertEquals(
    headingOf(await announced.read()),
    "Serving at https://node.example.",
  );
  announced.close();
  assertEquals(headingOf(await announced.read()), "Shutting down.");
});

Deno.test("what the operator says of contact and terms is text", async () => {
  const hostile = '"><script>alert(1)</script>';
  const { read } = await statusOf({ contact: hostile, terms: hostile });
  const html = await read();
  assert(!html.includes("<script"));
  assertStringIncludes(html, "&lt;script>");
});

Deno.test("the table has a row for every five minutes that the node has run", async () => {
  const { read, clock } = await statusOf();
  const rows = async () =>
    [...(await read()).matchAll(/<tr><td>(\d+)<\/td>/g)].map(([, m]) => m);
  assertEquals(await rows(), ["0"]);
  clock.advance(12 * 60_000);
  assertEquals(await rows(), ["0", "5", "10"]);
  clock.advance(3 * 3_600_000);
  assertEquals((await rows()).length, 13);
});

Deno.test("the page says how long the node has been up", async () => {
  const { read, clock } = await statusOf();
  clock.advance(26 * 3_600_000);
  assertMatch(await read(), /Up for<\/dt><dd>1 day 2 hours</);
});

Deno.test("every command on the page asks this node, and the paths in them exist", async () => {
  const { read, call } = await statusOf();
  const commands = [...(await read()).matchAll(/<pre>(.*?)<\/pre>/gs)]
    .map(([, text]) => text!);
  assertEquals(commands.length, 9);
  for (const command of commands) {
    const [, url] = /'(http[^']*)'$/.exec(command)!;
    assertEquals(new URL(url!).origin, ORIGIN);
    const isPost = /--data|-X POST/.test(command);
    const answer = await call(new URL(url!).pathname, {
      method: isPost ? "POST" : "GET",
      ...(command.includes("--data") ? { body: "hello" } : {}),
    }) as Response;
    assertEquals(answer.status, isPost ? 401 : 200, command);
    await answer.body?.cancel();
  }
});

Deno.test("each visitor is offered a room of their own", async () => {
  const { read } = await statusOf();
  const room = (html: string) => /href="\/room\/([0-9a-f]{40})"/.exec(html)![1];
  assert(room(await read()) !== room(await read()));
});
