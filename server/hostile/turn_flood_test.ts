/** What those who pay nothing can make a TURN server hold. */

import { assert, assertEquals } from "@std/assert";
import dgram from "node:dgram";
import { heapBytes } from "../testing/heap.ts";
import { type TestTurn, turnTest } from "../testing/test_turn.ts";
import { newRequest, udpTransport } from "../testing/turn_client.ts";
import { METHOD } from "../turn/message.ts";

const MEBIBYTE = 2 ** 20;
const PACKETS = 200_000;
const SOURCES = 50;

/** Sends from many ports, each its next packet when the last one was answered. */
async function flood(
  { server }: TestTurn,
  { packets, bytes }: { packets: number; bytes: Uint8Array },
): Promise<void> {
  const { address, port } = server.endpoints[0]!;
  let left = packets;
  await Promise.all(
    Array.from({ length: SOURCES }, () =>
      new Promise<void>((resolve) => {
        const socket = dgram.createSocket({
          type: "udp4",
          recvBufferSize: 2048,
        });
        const next = () => {
          if (left-- > 0) socket.send(bytes, port, address);
          else socket.close(() => resolve());
        };
        socket.on("message", next);
        socket.bind(0, address, next);
      })),
  );
}

function floodTest(
  name: string,
  { bytes, code }: { bytes: Uint8Array; code: string },
): void {
  turnTest(name, async (turn) => {
    await flood(turn, { packets: PACKETS, bytes });
    const before = heapBytes();
    await flood(turn, { packets: PACKETS, bytes });
    const grownBytes = heapBytes() - before;
    assert(grownBytes < 5 * MEBIBYTE, `${grownBytes}`);
    assertEquals(
      turn.server.totals.refused[code] ?? 0,
      code === "" ? 0 : 2 * PACKETS,
    );
    assertEquals(turn.server.totals.allocations, 0);
    const client = await turn.client();
    assertEquals((await client.allocate()).code, 0);
  });
}

const allocate = newRequest(METHOD.allocate);
udpTransport(allocate);
floodTest("200,000 requests without a credential leave nothing behind", {
  ...{ bytes: allocate.bytes, code: "401" },
});
floodTest("200,000 questions for an address leave nothing behind", {
  ...{ bytes: newRequest(METHOD.binding).bytes, code: "" },
});
