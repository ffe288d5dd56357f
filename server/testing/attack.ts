/** Attacks on a real node: after each it must serve as before, and nothing inside it may have failed. */

import { assertEquals } from "@std/assert";
import type { Config } from "../config.ts";
import type { Surroundings } from "../node.ts";
import { opensslMissing, writeCertificate } from "./certificates.ts";
import { preparePost, sendPost } from "./honest_client.ts";
import { startTestNode, type TestNode } from "./test_node.ts";

interface Setting {
  config?: Partial<Config>;
  surroundings?: Surroundings;
}

/** A node that speaks TLS. */
export interface SecureNode extends TestNode {
  readonly caCert: string;
}

/** A test: an attack on a node, from whose address an honest client pays meanwhile. */
export function attack(
  name: string,
  run: (node: TestNode) => Promise<void>,
  { config, surroundings }: Setting = {},
): void {
  Deno.test(name, async () => {
    await withstand(await startTestNode(config, surroundings), run);
  });
}

/** The same on a node that speaks TLS. */
export function secureAttack(
  name: string,
  run: (node: SecureNode) => Promise<void>,
  { config, surroundings }: Setting = {},
): void {
  Deno.test({
    name: `${name}${opensslMissing}`,
    ignore: opensslMissing !== "",
    async fn() {
      const folder = await Deno.makeTempDir();
      const certificate = { cert: `${folder}/cert`, key: `${folder}/key` };
      await writeCertificate(certificate);
      const caCert = await Deno.readTextFile(certificate.cert);
      const node = await startTestNode(
        { ...config, certificate },
        surroundings,
      );
      await Deno.remove(folder, { recursive: true });
      const origin = `https://localhost:${node.port}`;
      await withstand({ ...node, origin, caCert }, run);
    },
  });
}

/** The post is paid for before: what is free may be used up after. */
async function withstand<N extends TestNode>(
  node: N,
  run: (node: N) => Promise<void>,
): Promise<void> {
  try {
    const post = await preparePost(node);
    await run(node);
    assertEquals(await sendPost(node, post), "accepted");
    assertEquals(node.faults, []);
  } finally {
    await node.close();
  }
}
