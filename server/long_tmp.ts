import { startMeshNode } from "./testing/test_mesh.ts";
import { LinkPeer } from "./testing/link_peer.ts";
const node = await startMeshNode();
const peer = await LinkPeer.dial(node);
peer.subscribe("ab".repeat(20) as never);
const t = Date.now();
peer.closed.then((c) => console.log("closed", c, (Date.now() - t) / 1000));
setTimeout(async () => {
  await peer.flushed();
  console.log(
    "alive after",
    (Date.now() - t) / 1000,
    node.parts.links!.federation.guests.size,
  );
  await node.close();
  Deno.exit(0);
}, 100_000);
