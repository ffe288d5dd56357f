import { assert, assertEquals } from "@std/assert";
import tls from "node:tls";
import {
  makeCertificate,
  opensslMissing,
  writeCertificate,
} from "../testing/certificates.ts";
import { withTestNode } from "../testing/test_node.ts";
import { checkTls } from "./tls_check.ts";

const DAY_MS = 86_400_000;

function tlsTest(name: string, fn: () => Promise<void>): void {
  const ignore = opensslMissing !== "";
  Deno.test({ name: `${name}${opensslMissing}`, ignore, fn });
}

/** A real node with a certificate for localhost, of which a test can be the authority. */
async function withSecureNode(
  run: (node: { port: number; ca: string }) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const files = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  try {
    await writeCertificate(files);
    const ca = await Deno.readTextFile(files.cert);
    const everywhere = { certificate: files, host: "0.0.0.0" };
    await withTestNode(({ port }) => run({ port, ca }), everywhere);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

tlsTest(
  "a certificate that nobody vouches for is found",
  () =>
    withSecureNode(async ({ port }) => {
      const [finding] = await checkTls(`https://127.0.0.1:${port}`);
      assertEquals(finding?.status, "fail");
      assert(finding?.todo?.includes("public authority"));
    }),
);

tlsTest(
  "a good certificate is taken, and one that ends soon is a warning",
  () =>
    withSecureNode(async ({ port, ca }) => {
      const statuses = async (now: number) =>
        (await checkTls(`https://127.0.0.1:${port}`, { ca, now }))
          .map(({ check, status }) => `${check} ${status}`);
      assertEquals(await statuses(Date.now()), ["tls warn", "http2 ok"]);
      assertEquals(await statuses(Date.now() - 20 * DAY_MS), [
        ...["tls ok", "http2 ok"],
      ]);
    }),
);

tlsTest(
  "a certificate of another name is found",
  () =>
    withSecureNode(async ({ port, ca }) => {
      const [finding] = await checkTls(`https://127.0.0.2:${port}`, { ca });
      assertEquals(finding?.status, "fail");
    }),
);

tlsTest("a server of HTTP/1.1 alone is a warning", async () => {
  const pair = await makeCertificate();
  const server = tls.createServer({ ...pair, ALPNProtocols: ["http/1.1"] });
  server.on("secureConnection", (socket) => socket.on("error", () => {}));
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const { port } = server.address() as { port: number };
  const findings = await checkTls(`https://127.0.0.1:${port}`, {
    ca: pair.cert,
  });
  assertEquals(findings[1]?.status, "warn");
  await new Promise((done) => server.close(done));
});

Deno.test("http has no certificate to look at, and a closed port no handshake", async () => {
  assertEquals(await checkTls("http://127.0.0.1:1"), []);
  const [finding] = await checkTls("https://127.0.0.1:1");
  assertEquals(finding?.status, "fail");
});
