import { assertEquals } from "@std/assert";
import { staleMessages } from "./quoted_messages.ts";

const SOURCE = `
  throw new Error(
    \`\${origin} does not answer (\${reason}): check the address and the \` +
      "connection",
  );
  const title = "Too busy";
`;

Deno.test("a message that the code says is not stale, over several lines too", () => {
  const table = `
| message | why |
| ------- | --- |
| \`… does not answer (…): check the address and the connection\` | a |
| \`Too busy\`, \`… does not answer (…)\` | b |
`;
  assertEquals(staleMessages(table, [SOURCE]), []);
});

Deno.test("a message that the code does not say is stale", () => {
  const table = "| `… does not reply (…): check` and `Too  busy` | a |\n";
  assertEquals(staleMessages(table, [SOURCE]), [
    "… does not reply (…): check",
    "Too  busy",
  ]);
});

Deno.test("other cells, and names without a space, quote nothing", () => {
  const table = "| the console: `no such words` | `nor these words` |\n" +
    "| `maxHeight` | a |\n";
  assertEquals(staleMessages(table, [SOURCE]), []);
});
