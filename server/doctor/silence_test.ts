import { assert, assertEquals } from "@std/assert";
import { proxyTo } from "../testing/spoiling_proxy.ts";
import { freePort } from "../testing/test_mesh.ts";
import { LOCAL_TURN, withTestNode } from "../testing/test_node.ts";
import { checkDht } from "./dht_check.ts";
import { checkStream } from "./stream_check.ts";
import { checkStun } from "./stun_check.ts";
import { checkTurn } from "./turn_check.ts";

/** Of the block for documentation: packets to it arrive nowhere. */
const NOWHERE = "192.0.2.1";

/** What says nothing takes its time to find: all at once, and the test waits for the slowest. */
Deno.test("what does not answer is found, and its ports named", async () => {
  await Promise.all([
    heldStream(),
    silentStun(),
    silentTurn(),
    closedRelayPorts(),
    closedDhtPort(),
    strangerInDht(),
  ]);
});

async function heldStream(): Promise<void> {
  await using proxy = proxyTo("", () => new Response(new ReadableStream()));
  const [stream] = await checkStream(`http://127.0.0.1:${proxy.addr.port}`);
  assertEquals(stream?.status, "fail");
}

async function silentStun(): Promise<void> {
  const silent = listenUdp();
  const { port } = silent.addr as Deno.NetAddr;
  const [finding] = await checkStun([`stun:127.0.0.1:${port}`]);
  silent.close();
  assertEquals(finding?.status, "fail");
  assert(finding?.todo?.includes(`UDP port ${port}`));
}

async function silentTurn(): Promise<void> {
  const port = freePort();
  const urls = [
    `turn:127.0.0.1:${port}`,
    `turn:127.0.0.1:${port}?transport=tcp`,
    `turns:127.0.0.1:${port}?transport=tcp`,
  ];
  const turn = { kind: "external", urls, secret: "of nobody" } as const;
  await withTestNode(async ({ origin }) => {
    const findings = await checkTurn(origin);
    assertEquals(findings.map(({ check, status }) => `${check} ${status}`), [
      ...["turn fail", "turn-tcp fail", "turn-tls fail"],
    ]);
    assert(findings[0]?.todo?.includes(`UDP port ${port}`));
  }, { turn });
}

async function closedRelayPorts(): Promise<void> {
  const turn = { ...LOCAL_TURN, externalIp: NOWHERE };
  await withTestNode(async ({ origin }) => {
    const findings = await checkTurn(origin);
    const ports = findings.find(({ check }) => check === "turn-ports");
    assertEquals(ports?.status, "fail");
    assert(ports?.todo?.includes("49152-49663"));
  }, { turn });
}

async function closedDhtPort(): Promise<void> {
  const dht = { port: 6881, contacts: 1 };
  const [, port] = await checkDht(`http://${NOWHERE}`, { dht });
  assertEquals(port?.status, "warn");
  assert(port?.todo?.includes("UDP port 6881"));
}

async function strangerInDht(): Promise<void> {
  const stranger = listenUdp();
  const echoing = (async () => {
    for await (const [datagram, from] of stranger) {
      await stranger.send(datagram, from);
      for (
        const text of [
          "d1:t1:x1:y1:re",
          "d1:yd8:toString1:xee",
          "l".repeat(1400),
        ]
      ) await stranger.send(new TextEncoder().encode(text), from);
    }
  })();
  const { port } = stranger.addr as Deno.NetAddr;
  const dht = { port, contacts: 1 };
  const [, finding] = await checkDht("http://127.0.0.1", { dht });
  assertEquals(finding?.status, "skip");
  stranger.close();
  await echoing;
}

function listenUdp(): Deno.DatagramConn {
  const at = { transport: "udp", hostname: "127.0.0.1", port: 0 } as const;
  return Deno.listenDatagram(at);
}
