/** The generator on real servers, for a moment; needs Linux. */

import { assert, assertEquals } from "@std/assert";
import { libcMissing } from "../load/libc.ts";
import { measureBeside } from "./beside_http.ts";
import { closedCases } from "./case_closed.ts";
import { openCases } from "./case_open.ts";
import { DatagramLoop } from "./datagrams.ts";
import type { TurnServerKind } from "./server.ts";
import { coturn } from "./server_coturn.ts";
import { nodeTurn } from "./server_node_turn.ts";
import { own } from "./server_own.ts";

const why = libcMissing();
const MS = 100;

async function runOn(kind: TurnServerKind, names: readonly string[]) {
  const server = await kind.start(0);
  const loop = new DatagramLoop();
  try {
    const cases = [...closedCases, ...openCases];
    return names.map((name) => {
      const found = cases.find((turnCase) => turnCase.name === name)!;
      return Object.values(found.run({ loop, server, ms: MS }))[0]!;
    });
  } finally {
    loop.close();
    await server.stop();
  }
}

for (const kind of [own, coturn, nodeTurn]) {
  const missing = why ?? await kind.missing();
  const modes = kind === nodeTurn ? ["send"] : ["channel", "send"];
  Deno.test({
    name: `packets go to and fro, and one way at a rate, through ${kind.name}` +
      (missing === undefined ? "" : ` (ignored: ${missing})`),
    ignore: missing !== undefined,
    async fn() {
      for (const mode of modes) {
        const names = [`closed-${mode}-10`, `open-${mode}-10000`];
        const [closed, open] = await runOn(kind, names);
        assert(closed!["packets/s"]! > 500, JSON.stringify(closed));
        assert(closed!["CPU us/packet"]! > 0, JSON.stringify(closed));
        assert(open!["sent/s"]! > 500, JSON.stringify(open));
        assert(open!["lost %"]! < 90, JSON.stringify(open));
      }
    },
  });
}

Deno.test({
  name: "a node is asked while it relays" + (why ? ` (ignored: ${why})` : ""),
  ignore: why !== undefined,
  async fn() {
    for (
      const placement of [
        "TURN in a worker",
        "TURN on the node's thread",
      ] as const
    ) {
      const figures = await measureBeside(placement, {
        perSecond: 1000,
        ms: 5 * MS,
      });
      assert(figures["answers/s"]! > 100, JSON.stringify(figures));
      assert(figures["GET / p99 ms"]! >= figures["GET / p50 ms"]!);
      assert(figures["relayed/s"]! > 500, JSON.stringify(figures));
    }
  },
});

Deno.test({
  name: "who may not allocate is told why" + (why ? ` (ignored: ${why})` : ""),
  ignore: why !== undefined,
  async fn() {
    const server = await own.start(0);
    const loop = new DatagramLoop();
    const stranger = { ...server.credential, credential: "guessed" };
    let reason = "";
    try {
      closedCases[0]!.run({
        loop,
        server: { ...server, credential: stranger },
        ms: MS,
      });
    } catch (error) {
      reason = (error as Error).message;
    } finally {
      loop.close();
      await server.stop();
    }
    assertEquals(/^Method 3 was refused: 401 /.test(reason), true, reason);
  },
});
