import { assertEquals } from "@std/assert";
import { isGenuine } from "../members/node_key.ts";
import {
  opensslMissing,
  writeCertificate,
} from "../../testing/certificates.ts";
import { FixedMembers, memberAt } from "../../testing/fixed_members.ts";
import {
  ask,
  freshRoomPath,
  preparePost,
  sendPost,
} from "../../testing/honest_client.ts";
import { StreamReader } from "../../testing/stream_reader.ts";
import { lookUpLoopback, startMeshNode } from "../../testing/fixed_mesh.ts";

Deno.test({
  name:
    `a node that is dialled by name over TLS is a home like any other, at the address that was looked up${opensslMissing}`,
  ignore: opensslMissing !== "",
  async fn() {
    const folder = await Deno.makeTempDir();
    const certificate = { cert: `${folder}/cert`, key: `${folder}/key` };
    await writeCertificate(certificate);
    const ca = await Deno.readTextFile(certificate.cert);
    const secure = await startMeshNode({ certificate });
    await Deno.remove(folder, { recursive: true });
    const { origin, key: { text: key } } = secure;
    const looked: string[] = [];
    const members = new FixedMembers([memberAt(origin, { key })]);
    const plain = await startMeshNode({}, {
      links: {
        ...{ members, self: undefined },
        verifyToken: isGenuine,
        dialOptions: () => ({
          ca,
          lookup(name, options, done) {
            looked.push(name);
            lookUpLoopback(name, options, done);
          },
        }),
      },
    });
    try {
      const path = freshRoomPath();
      await using reader = await StreamReader.open(plain, path);
      const dialled = { port: secure.port, origin, caCert: ca };
      const post = await preparePost(dialled, { path, body: "over TLS" });
      assertEquals(await sendPost(dialled, post), "accepted");
      assertEquals(await reader.until(1), ["over TLS"]);
      assertEquals(looked, ["localhost"]);
      assertEquals((await ask(dialled, { path: "/ip" })).status, 200);
      assertEquals([...plain.faults, ...secure.faults], []);
    } finally {
      await plain.close();
      await secure.close();
    }
  },
});
