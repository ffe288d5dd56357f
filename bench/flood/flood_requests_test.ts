import { assertEquals } from "@std/assert";
import { startTestNode } from "../../server/testing/test_node.ts";
import { ConnectionLoop } from "../load/connections.ts";
import { AnswerReader } from "../load/http.ts";
import { libcMissing } from "../load/libc.ts";
import { requestsOf } from "./flood_requests.ts";
import type { FloodRequest } from "./floods.ts";

/** Status and problem code that a real node answers to the first request of a flood. */
async function answerTo(kind: FloodRequest): Promise<string> {
  const node = await startTestNode();
  const { port } = node;
  const home = await fetch(node.origin, {
    headers: { accept: "application/json" },
  });
  const { token } = await home.json();
  const [request] = requestsOf(kind, {
    host: `127.0.0.1:${port}`,
    token,
    now: Math.floor(Date.now() / 1000),
  });
  let answer: string | undefined;
  const loop = new ConnectionLoop();
  const reader = new AnswerReader();
  loop.dial({ address: "127.0.0.1", port }, {
    onOpen: (connection) => connection.send(request!),
    onData: (bytes) =>
      reader.read(bytes, ({ status, body }) => {
        const text = new TextDecoder().decode(body);
        answer = `${status} ${/problem:([\w-]+)/.exec(text)?.[1] ?? ""}`.trim();
      }),
    onClose: () => answer ??= "closed",
  });
  // The node runs in this thread: it must have its turns.
  while (answer === undefined) {
    loop.turn(0);
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  loop.close();
  await node.close();
  return answer;
}

const EXPECTED: [FloodRequest, string][] = [
  ["home", "200"],
  ["unpaid-post", "401 stamp-missing"],
  ["forged-token", "401 token-forged"],
  ["wrong-nonces", "401 stamp-mismatch"],
];
for (const [kind, expected] of EXPECTED) {
  Deno.test({
    name: `a flood of ${kind} is answered ${expected}`,
    ignore: libcMissing() !== undefined,
    fn: async () => assertEquals(await answerTo(kind), expected),
  });
}
