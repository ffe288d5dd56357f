import { assert, assertEquals } from "@std/assert";
import https from "node:https";
import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { makeCertificate, opensslMissing } from "../../testing/certificates.ts";
import { respondWith, startScriptedHost } from "../../testing/scripted_host.ts";
import { createNetwork, type ProbeRequest } from "./network.ts";

function request(
  url: string,
  { isVerified = true, signal = new AbortController().signal } = {},
): ProbeRequest {
  const headers = { accept: "application/json" };
  return {
    url: new URL(url),
    address: "127.0.0.1",
    isVerified,
    headers,
    signal,
  };
}

Deno.test("a name has its addresses, and one that is none has none", async () => {
  const { resolve } = createNetwork();
  assert((await resolve("localhost")).includes("127.0.0.1"));
  assertEquals(await resolve("a..b"), []);
});

Deno.test("the address is connected to, the host is asked for", async () => {
  let asked = "";
  await using host = await startScriptedHost((socket, line) => {
    asked = line;
    respondWith(socket, { status: "404 Gone", body: "no" });
  });
  const url = `http://node.example:${host.port}/nodes?url=x`;
  const reply = await createNetwork().get(request(url));
  assert(reply.ok);
  assertEquals([reply.status, new TextDecoder().decode(reply.body)], [
    404,
    "no",
  ]);
  assertEquals(asked, "GET /nodes?url=x HTTP/1.1");
});

Deno.test("a request that is given up ends, also before it began", async () => {
  const abort = new AbortController();
  const { signal } = abort;
  await using host = await startScriptedHost(() => abort.abort());
  const url = `http://127.0.0.1:${host.port}/`;
  for (let i = 0; i < 2; i++) {
    const reply = await createNetwork().get(request(url, { signal }));
    assertEquals(reply.ok ? "" : reply.reason, "unreachable");
  }
  assertEquals(host.requests.length, 1);
});

Deno.test({
  name:
    `a certificate must be that of the host and of a known authority, unless it is not looked at${opensslMissing}`,
  ignore: opensslMissing !== "",
  async fn() {
    const pair = await makeCertificate();
    const server = https.createServer(pair, (_, res) => res.end("hello"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    const reasonOf = async (host: string, { ca, isVerified = true }: {
      ca?: string;
      isVerified?: boolean;
    } = {}) => {
      const network = createNetwork(ca === undefined ? {} : { ca });
      const url = `https://${host}:${port}/`;
      const reply = await network.get(request(url, { isVerified }));
      return reply.ok ? "ok" : reply.reason;
    };
    const { cert: ca } = pair;
    assertEquals(await reasonOf("localhost"), "bad-certificate");
    assertEquals(await reasonOf("localhost", { ca }), "ok");
    assertEquals(await reasonOf("127.0.0.1", { ca }), "ok");
    assertEquals(await reasonOf("other.example", { ca }), "bad-certificate");
    assertEquals(await reasonOf("other.example", { isVerified: false }), "ok");
    const closed = once(server, "close");
    server.close();
    server.closeAllConnections();
    await closed;
  },
});
