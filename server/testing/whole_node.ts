/** A node whose metrics are all there. */

import { stillTurn } from "./still_turn.ts";
import {
  LOCAL_TURN,
  localDht,
  startTestNode,
  type TestNode,
} from "./test_node.ts";

/** One that has all parts, and a count for all that is by code or reason. */
export async function startWholeNode(): Promise<TestNode> {
  const { start, servers } = stillTurn();
  const node = await startTestNode(
    { metrics: true, turn: LOCAL_TURN, dht: localDht([]), mesh: true },
    { startTurn: start },
  );
  const [turn] = servers;
  turn!.totals = { ...turn!.totals, refused: { 403: 1 }, dropped: { rate: 1 } };
  return node;
}
