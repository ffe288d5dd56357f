import { assert, assertEquals } from "@std/assert";
import { SOME_KEY } from "../testing/node_answer.ts";
import { proxyTo } from "../testing/spoiling_proxy.ts";
import { askAround, checkListed } from "./listed_check.ts";
import type { Finding } from "./finding.ts";

/** What is found on a node that names some, each of which answers so. */
async function findingWith(
  answers: readonly ((origin: string) => Response)[],
): Promise<Finding> {
  const others: string[] = [];
  await using node = proxyTo("", () => Response.json(others));
  const origin = `http://127.0.0.1:${node.addr.port}`;
  await using running = new AsyncDisposableStack();
  for (const answer of answers) {
    const other = running.use(proxyTo("", () => answer(origin)));
    others.push(`http://127.0.0.1:${other.addr.port}`);
  }
  return await checkListed(origin, { url: origin, key: SOME_KEY });
}

const listing = (origin: string) => Response.json([origin]);
const silent = () => Response.json([]);
const broken = () => new Response("?", { status: 502 });

Deno.test("one node that lists this one is enough", async () => {
  const finding = await findingWith([broken, silent, listing]);
  assertEquals(finding.status, "ok");
  assert(finding.message.includes("1 of 2"));
});

Deno.test("a node that is not listed, knows none, or only dead ones, is told what to do", async () => {
  const wrong = [[silent, broken], [], [broken]];
  const words = ["--public-url", "--peers", "another network"];
  for (const [at, answers] of wrong.entries()) {
    const { status, todo } = await findingWith(answers);
    assertEquals(status, "warn");
    assert(todo?.includes(words[at]!), todo);
  }
});

Deno.test("however many a node names, five are asked, for this one alone", async () => {
  const asked: string[] = [];
  await using other = proxyTo("", ({ url }) => {
    asked.push(new URL(url).search);
    return silent();
  });
  const named = Array(30).fill(`http://127.0.0.1:${other.addr.port}`);
  await askAround("http://127.0.0.1:1", named);
  assertEquals(asked, Array(5).fill("?url=http%3A%2F%2F127.0.0.1%3A1"));
});

Deno.test("a node of the internet sends nobody to private addresses", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  const reached = listener.accept().then((conn) => conn, () => undefined);
  const named = [`http://127.0.0.1:${port}`, `https://127.0.0.1:${port}`];
  const answers = await askAround("https://198.41.0.4", named);
  assertEquals(answers, [undefined]);
  listener.close();
  assertEquals(await reached, undefined);
});
