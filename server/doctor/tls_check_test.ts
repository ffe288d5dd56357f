import { assert, assertEquals, assertMatch } from "@std/assert";
import tls from "node:tls";
import {
  Authority,
  makeCertificate,
  opensslMissing,
  writeCertificate,
} from "../testing/certificates.ts";
import { withTestNode } from "../testing/test_node.ts";
import { diagnose } from "./doctor.ts";
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
  "a certificate that nobody vouches for is found, and the same is not told twice",
  () =>
    withSecureNode(async ({ port }) => {
      const { ok, findings } = await diagnose(`https://127.0.0.1:${port}`);
      assertEquals(ok, false);
      assertEquals(findings.map(({ check, status }) => `${check} ${status}`), [
        ...["tls fail", "node skip"],
      ]);
      assert(findings[0]?.todo?.includes("public authority"));
    }),
);

tlsTest(
  "a chain without its intermediate is found, and a certificate that has expired",
  async () => {
    const folder = await Deno.makeTempDir();
    const root = await Authority.create(folder);
    const by = await Authority.create(folder, { name: "between", by: root });
    const ca = await Deno.readTextFile(root.cert);
    const advice = async (authority: Authority, days: number) => {
      const files = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
      await authority.issue("localhost", { ...files, days });
      let todo: string | undefined;
      await withTestNode(async ({ port }) => {
        const url = `https://localhost:${port}`;
        todo = (await checkTls(url, { ca }))[0]?.todo;
      }, { certificate: files });
      return todo;
    };
    assertMatch(`${await advice(by, 1)}`, /the whole chain/);
    assertMatch(`${await advice(root, -1)}`, /^renew the certificate/);
    await Deno.remove(folder, { recursive: true });
  },
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
