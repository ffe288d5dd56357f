/** Random fire on a TURN server: it never fails inside, never grows, and serves on. */

import { assert, assertEquals } from "@std/assert";
import { heapBytes } from "../testing/heap.ts";
import { Dice } from "../testing/fuzz/dice.ts";
import { mutate } from "../testing/fuzz/mutations.ts";
import { turnTest } from "../testing/test_turn.ts";
import {
  channelData,
  newRequest,
  Peer,
  type TurnClient,
  udpTransport,
} from "../testing/turn_client.ts";
import { ATTRIBUTE, encodeXorAddress } from "../turn/attributes.ts";
import { KIND, METHOD } from "../turn/message.ts";
import { MessageWriter } from "../turn/message_writer.ts";

const MEBIBYTE = 2 ** 20;
const PACKETS = 100_000;
/** So many are under way at once; a kernel's buffer holds more. */
const VOLLEY = 50;
const TYPES = [...Object.values(ATTRIBUTE), 0x7ff0, 0x8ff0, 0];
const METHODS = [...Object.values(METHOD), 0, 0xfff];

/** A value that may fit its type. Peers stay on this machine: what is permitted is sent to. */
function randomValue(
  dice: Dice,
  { type, transactionId }: { type: number; transactionId: Uint8Array },
): Uint8Array {
  if (type !== ATTRIBUTE.xorPeerAddress) {
    return dice.bytes(dice.pick([0, 1, 3, 4, 4, 4, 8, 8, 20, dice.below(200)]));
  }
  const address = Uint8Array.of(127, 0, 0, 1 + dice.below(250));
  const port = 20_000 + dice.below(100);
  return encodeXorAddress({ address, port }, transactionId);
}

function randomMessage(dice: Dice): MessageWriter {
  const kind = dice.onceIn(5) ? dice.pick(Object.values(KIND)) : KIND.request;
  const transactionId = dice.bytes(12);
  const writer = new MessageWriter({
    method: dice.pick(METHODS),
    kind,
    transactionId,
  });
  for (let left = dice.below(6); left > 0; left--) {
    const type = dice.pick(TYPES);
    if (type === ATTRIBUTE.messageIntegrity) continue;
    writer.add(type, randomValue(dice, { type, transactionId }));
  }
  return writer;
}

function randomPacket(dice: Dice, client: TurnClient): Uint8Array {
  const chance = dice.share();
  if (chance < 0.3) return dice.bytes(dice.below(300));
  if (chance < 0.4) {
    return channelData(0x4000 + dice.below(4), dice.bytes(dice.below(40)));
  }
  if (chance < 0.7) return mutate(dice, randomMessage(dice).bytes);
  return client.sign(randomMessage(dice)).bytes;
}

async function fire(
  client: TurnClient,
  { dice, packets }: { dice: Dice; packets: number },
): Promise<void> {
  for (let sent = 0; sent < packets; sent += VOLLEY) {
    for (let i = 0; i < VOLLEY; i++) client.sendRaw(randomPacket(dice, client));
    const marker = newRequest(METHOD.binding);
    client.sendRaw(marker.bytes);
    const id = marker.bytes.slice(8, 20).join();
    while ((await client.inbox.next()).slice(8, 20).join() !== id);
    if (dice.onceIn(20)) client.sendRaw(client.sign(allocateRequest()).bytes);
  }
}

function allocateRequest(): MessageWriter {
  const request = newRequest(METHOD.allocate);
  udpTransport(request);
  return request;
}

turnTest("100,000 packets of random fire", async (turn) => {
  const dice = new Dice(1);
  await using peer = await Peer.open();
  const client = await turn.client();
  await client.allocate();
  await fire(client, { dice, packets: PACKETS / 4 });
  const before = heapBytes();
  await fire(client, { dice, packets: PACKETS });
  const grownBytes = heapBytes() - before;
  assert(grownBytes < 5 * MEBIBYTE, `${grownBytes}`);
  assertEquals(turn.server.totals.faults, 0);
  assert(turn.server.totals.dropped["malformed"]! > PACKETS / 10);

  const honest = await turn.client();
  await honest.allocate();
  await honest.permit(peer);
  honest.sendTo(peer, Uint8Array.of(42));
  assertEquals([...(await peer.inbox.next()).data], [42]);
});
