/** What docs/deploying.md says of proxies, on real ones. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import https from "node:https";
import { NodeClient } from "../client/node_client.ts";
import manifest from "../deno.json" with { type: "json" };
import type { Diagnosis } from "./doctor/finding.ts";
import { opensslMissing, writeCertificate } from "./testing/certificates.ts";
import { StreamReader } from "./testing/stream_reader.ts";
import { freePort, startMeshNode } from "./testing/test_mesh.ts";
import {
  CADDY,
  missing,
  nginx,
  type ProxyKind,
  startProxy,
} from "./testing/web_proxy.ts";
import { Wire } from "./testing/wire.ts";

const DEPLOY = new URL("../docs/deploy/", import.meta.url);
const ROOM = "ab".repeat(20);

/** A node behind a proxy, as clients have it. */
interface Proxied {
  readonly port: number;
  readonly caCert: string;
  /** Where that is. */
  readonly caFile: string;
  readonly node: NodeClient;
  /** The node's own, past the proxy. */
  readonly nodeOrigin: string;
  /** Opens the room's stream; gives what has come once it has what is looked for. */
  listen(): Promise<(pattern: RegExp) => Promise<string>>;
}

function proxyTest(
  name: string,
  kind: ProxyKind,
  run: (proxied: Proxied) => Promise<void>,
): void {
  const why = missing(kind) || opensslMissing;
  Deno.test({
    name: `${kind.name}: ${name}${why}`,
    ignore: why !== "",
    async fn() {
      const folder = await Deno.makeTempDir();
      const files = { cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
      await writeCertificate(files);
      const port = freePort();
      const node = await startMeshNode({
        publicUrl: `https://localhost:${port}`,
        trustProxy: ["loopback"],
      });
      const proxy = await startProxy(kind, {
        ...{ port, nodePort: node.port, folder },
        ...files,
      });
      const caCert = await Deno.readTextFile(files.cert);
      const client = Deno.createHttpClient({ caCerts: [caCert] });
      const abort = new AbortController();
      const get: typeof fetch = (input, init) =>
        fetch(input, { ...init, client } as RequestInit);
      try {
        const origin = `https://localhost:${port}`;
        await run({
          ...{ port, caCert, caFile: files.cert },
          nodeOrigin: `http://127.0.0.1:${node.port}`,
          node: new NodeClient(origin, { fetch: get }),
          async listen() {
            const { body } = await get(`${origin}/room/${ROOM}`, {
              headers: { accept: "text/event-stream" },
              signal: abort.signal,
            });
            return readerOf(body!, abort.signal);
          },
        });
        assertEquals(node.faults, []);
      } finally {
        abort.abort();
        client.close();
        await proxy[Symbol.asyncDispose]();
        await node.close();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

function readerOf(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  signal: AbortSignal,
) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  // Else Caddy waits 30 s for the stream to end.
  signal.addEventListener("abort", () => reader.cancel().catch(() => {}));
  let text = "";
  return async (pattern: RegExp) => {
    while (!pattern.test(text)) {
      const { value, done } = await reader.read();
      assert(!done, `the stream ended after ${text}`);
      text += value;
    }
    return text;
  };
}

/** The address that a node sees of a client at 127.0.0.9 that claims another one. */
function addressSeen({ port, caCert }: Proxied): Promise<string> {
  return new Promise((resolve, reject) => {
    https.get({
      ...{ host: "127.0.0.1", servername: "localhost", port, path: "/ip" },
      ...{ ca: caCert, localAddress: "127.0.0.9", agent: false },
      headers: {
        "host": `localhost:${port}`,
        "accept": "application/json",
        "x-forwarded-for": "192.0.2.7",
      },
    }, (response) => {
      let text = "";
      response.on("data", (part) => text += part);
      response.on("end", () => resolve(JSON.parse(text).ip));
    }).on("error", reject);
  });
}

for (const kind of [CADDY, nginx()]) {
  proxyTest("the doctor finds nothing that fails", kind, async (proxied) => {
    assertEquals(await doctorsFailures(proxied), []);
  });

  proxyTest(
    "a node is itself, posts arrive on streams",
    kind,
    async (proxied) => {
      const { node, listen } = proxied;
      assertEquals((await node.facts()).url, node.origin);
      const until = await listen();
      await until(/event: quote/);
      await node.post(ROOM, "through the proxy");
      await until(/^data: through the proxy$/m);
    },
  );

  proxyTest(
    "clients have their own addresses, and cannot claim another's",
    kind,
    async (proxied) => {
      assertEquals(await addressSeen(proxied), "127.0.0.9");
    },
  );

  proxyTest(
    "other nodes can link to the node",
    kind,
    async ({ port, caCert }) => {
      await using wire = await Wire.dial({ port, caCert });
      await wire.send(
        `GET /mesh HTTP/1.1\r\nHost: localhost:${port}\r\nConnection: Upgrade\r\n` +
          "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" +
          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
      );
      assertMatch(await wire.readUntil(/\r\n\r\n/), /^HTTP\/1.1 101 /);
    },
  );
}

/** What `sigmesh doctor` says has failed. */
async function doctorsFailures(
  { caFile, node: { origin } }: Proxied,
): Promise<string[]> {
  const args = argumentsOf(manifest.tasks.start.command);
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: [...args, "doctor", origin, "--json", "--quick"],
    cwd: new URL("../", import.meta.url),
    env: { DENO_CERT: caFile },
  }).output();
  const { findings }: Diagnosis = JSON.parse(new TextDecoder().decode(stdout));
  assert(findings.length > 10, JSON.stringify(findings));
  return findings.filter(({ status }) => status === "fail")
    .map(({ check }) => check);
}

proxyTest(
  "without a line for upgrades, the doctor finds just that",
  nginx((site) => site.replace("proxy_set_header Upgrade $http_upgrade;", "")),
  async (proxied) => {
    assertEquals(await doctorsFailures(proxied), ["mesh"]);
  },
);

const buffering = (site: string) => site.replace("proxy_buffering off;", "");

proxyTest(
  "where its buffering is left on, the node's header switches it off",
  nginx(buffering),
  async ({ node, listen }) => {
    const until = await listen();
    await node.post(ROOM, "not held back");
    await until(/^data: not held back$/m);
  },
);

proxyTest(
  "where its buffering is on and the header is ignored, events wait",
  nginx((site) =>
    buffering(site).replace(
      "location / {",
      "location / { proxy_ignore_headers X-Accel-Buffering;",
    )
  ),
  async ({ node, nodeOrigin, listen }) => {
    const held = listen().then((until) => until(/^data: first$/m))
      .then(() => "held", () => "ended");
    await using direct = await StreamReader.open(
      { origin: nodeOrigin },
      `/room/${ROOM}`,
    );
    await node.post(ROOM, "first");
    await direct.until(1);
    await node.post(ROOM, "second");
    const two = direct.until(2).then(() => "two were told already");
    assertEquals(await Promise.race([held, two]), "two were told already");
  },
);

Deno.test("the unit and the container run what `deno task start` runs", async () => {
  const start = argumentsOf(manifest.tasks.start.command);
  const unit = await Deno.readTextFile(
    new URL("sigmesh.service", DEPLOY),
  );
  const [, exec] = /^ExecStart=(.*)$/m.exec(unit)!;
  const file = await Deno.readTextFile(new URL("Dockerfile", DEPLOY));
  const [, entry] = /^ENTRYPOINT (.*)$/m.exec(file)!;
  const installed = ["--no-prompt", "--cached-only"];
  for (const args of [argumentsOf(exec!), JSON.parse(entry!).slice(1)]) {
    assertEquals(new Set(args), new Set([...start, ...installed]));
  }
});

/** Of a command line, without the program. */
function argumentsOf(command: string): string[] {
  return command.split(" ").slice(1).map((word) => word.replaceAll("'", ""));
}
