/** Where the server listens, and that it leaves nothing behind. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import net from "node:net";
import { TURN_OPTIONS, turnTest } from "../testing/test_turn.ts";
import {
  addressIn,
  channelData,
  newRequest,
  Peer,
  relayedIn,
  TurnClient,
} from "../testing/turn_client.ts";
import { ATTRIBUTE } from "./attributes.ts";
import { METHOD } from "./message.ts";
import { startTurn } from "./start_turn.ts";
import { bindUdp } from "./udp_socket.ts";

turnTest("anybody may ask for the address it comes from", async (turn) => {
  const client = await turn.client();
  for (const each of [client, await turn.streamClient()]) {
    const answer = await each.ask(METHOD.binding);
    assertEquals(answer.code, 0);
    const mapped = addressIn(answer.message, ATTRIBUTE.xorMappedAddress);
    assertEquals(mapped.address, "127.0.0.1");
  }
});

turnTest(
  "Binding with what must be understood is refused by name, ICE's is taken",
  async (turn) => {
    const client = await turn.client();
    const refused = await client.ask(
      METHOD.binding,
      (request) => request.addText(0x0003, "?"),
    );
    assertEquals(refused.code, 420);
    assertEquals([...refused.message.valueOf(ATTRIBUTE.unknownAttributes)!], [
      0,
      3,
    ]);
    const taken = await client.ask(
      METHOD.binding,
      (request) =>
        request.addUint32(ATTRIBUTE.priority, 1).addText(0x802a, "12345678"),
    );
    assertEquals(taken.code, 0);
  },
);

turnTest("a method that nobody knows is refused", async (turn) => {
  const client = await turn.client();
  assertEquals((await client.ask(0x0ab)).code, 400);
});

turnTest(
  "wildcards of both families serve both, over UDP and TCP",
  async (turn) => {
    const { port } = turn.endpoint();
    assert(turn.server.endpoints.every((endpoint) => endpoint.port === port));
    for (const address of ["127.0.0.1", "::1"]) {
      const credential = turn.credential();
      const at = { address, port };
      for (
        const client of [
          await TurnClient.udp(at, credential),
          await TurnClient.tcp(at, credential),
        ]
      ) {
        const answer = await client.ask(METHOD.binding);
        const mapped = addressIn(answer.message, ATTRIBUTE.xorMappedAddress);
        assertEquals(mapped.address, address);
        await client.close();
      }
    }
  },
  { options: { hosts: ["0.0.0.0", "::"] } },
);

turnTest(
  "an IPv4 client of both wildcards is relayed for, until it gives up",
  async (turn) => {
    await using peer = await Peer.open();
    const at = { address: "127.0.0.1", port: turn.endpoint().port };
    const client = await TurnClient.udp(at, turn.credential());
    const relayed = relayedIn(await client.allocate());
    await client.bindChannel(0x4000, peer);
    const data = Uint8Array.of(1, 2, 3, 4);
    client.sendOnChannel(0x4000, data);
    assertEquals([...(await peer.inbox.next()).data], [...data]);
    peer.send(data, { ...relayed, address: "127.0.0.1" });
    assertEquals([...await client.inbox.next()], [
      ...channelData(0x4000, data),
    ]);
    await client.refresh(0);
    assertEquals((await client.refresh()).code, 437);
    await client.close();
  },
  { options: { hosts: ["0.0.0.0", "::"] } },
);

Deno.test("a port that somebody else has of one wildcard is an error", async () => {
  const hosts = ["0.0.0.0", "::"];
  for (const host of hosts) {
    const taken = bindUdp(host, 0);
    assert(taken.ok);
    const { port } = taken.socket;
    const error = await assertRejects(() =>
      startTurn({ ...TURN_OPTIONS, hosts, port })
    );
    assertEquals((error as { code?: string }).code, "EADDRINUSE");
    taken.socket.close();
  }
});

turnTest(
  "the NAT's address is told instead of the host's own",
  async (turn) => {
    await using peer = await Peer.open();
    const client = await turn.client();
    const answer = await client.allocate();
    const relayed = addressIn(answer.message, ATTRIBUTE.xorRelayedAddress);
    assertEquals(relayed.address, "198.51.100.7");
    await client.permit(peer);
    peer.send(Uint8Array.of(1), { ...relayed, address: "127.0.0.1" });
    assert((await client.receive()).has(ATTRIBUTE.data));
  },
  { options: { externalIp: "198.51.100.7" } },
);

turnTest(
  "an address that the host does not have is left out",
  (turn) => {
    const addresses = turn.server.endpoints.map(({ address }) => address);
    assertEquals(addresses, ["127.0.0.1", "127.0.0.1"]);
    return Promise.resolve();
  },
  { options: { hosts: ["198.51.100.1", "127.0.0.1"] } },
);

Deno.test("an address that the host does not have is no place to listen", async () => {
  const hosts = ["198.51.100.1"];
  const error = await assertRejects(() =>
    startTurn({ ...TURN_OPTIONS, hosts })
  );
  assertEquals((error as { code?: string }).code, "EADDRNOTAVAIL");
});

Deno.test("a port taken for TCP is an error that leaves nothing open", async () => {
  const taken = net.createServer();
  await new Promise<void>((resolve) =>
    taken.listen({ port: 0, host: "127.0.0.1" }, resolve)
  );
  const { port } = taken.address() as net.AddressInfo;
  const error = await assertRejects(() => startTurn({ ...TURN_OPTIONS, port }));
  assertEquals((error as { code?: string }).code, "EADDRINUSE");
  await new Promise((resolve) => taken.close(resolve));
});

Deno.test("a server that is closed ends connections and allocations, and frees its port", async () => {
  const server = await startTurn(TURN_OPTIONS);
  const { address, port } = server.endpoints[0]!;
  const credential = { username: "", credential: "" };
  const client = await TurnClient.tcp({ address, port }, credential);
  client.sendRaw(newRequest(METHOD.binding).bytes.subarray(0, 7));
  await server.close();
  assertEquals(await server.ended, undefined);
  await client.closed;
  const again = await startTurn({ ...TURN_OPTIONS, port });
  await again.close();
});
