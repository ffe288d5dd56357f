/** An independent client, in another language, is admitted. */

import { assertEquals } from "@std/assert";
import { parsePosted } from "@sigmesh/core/wire";
import { startTestNode } from "./testing/test_node.ts";

const hasPython = await new Deno.Command("python3", { args: ["--version"] })
  .output().then(({ success }) => success, () => false);

Deno.test({
  name: "the Python client of docs/ is admitted, at the real price" +
    (hasPython ? "" : " (ignored: no python3 found)"),
  ignore: !hasPython,
  async fn() {
    const curve = { idleWork: 2 ** 16, fullWork: 2 ** 22 };
    const node = await startTestNode({ curve });
    const room = "ab".repeat(32);
    const { stdout, stderr } = await new Deno.Command("python3", {
      args: [
        "docs/example_client.py",
        node.origin,
        room,
        "hello ☎\nfrom Python ",
      ],
      cwd: new URL("../", import.meta.url),
    }).output();
    const text = new TextDecoder();
    assertEquals(text.decode(stderr), "");
    const answer = JSON.parse(text.decode(stdout));
    assertEquals(parsePosted(answer)?.id.length, 16, JSON.stringify(answer));
    const stream = await fetch(`${node.origin}/room/${room}?since=60`, {
      headers: { accept: "text/event-stream" },
    });
    await node.close();
    const [, message] = (await stream.text()).split("\n\n");
    assertEquals(
      message,
      `id: ${answer.id}\ndata: hello ☎\ndata: from Python `,
    );
  },
});
