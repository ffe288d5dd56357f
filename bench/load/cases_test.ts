/** The cases, small, on a real node in a process of its own. */

import { assert, assertEquals } from "@std/assert";
import { burstCase } from "./case_burst.ts";
import type { LoadCase } from "./case.ts";
import { homeCase } from "./case_home.ts";
import { roomsCase } from "./case_rooms.ts";
import { shutdownCase } from "./case_shutdown.ts";
import { ConnectionLoop } from "./connections.ts";
import { libcMissing } from "./libc.ts";
import type { Metrics } from "./meter.ts";
import { own } from "./server_own.ts";
import { RoomTraffic } from "./traffic.ts";

const ignore = libcMissing() !== undefined;

async function withServer(
  run: (
    loop: ConnectionLoop,
    server: Awaited<ReturnType<typeof own.start>>,
  ) => unknown,
) {
  const server = await own.start({ processor: 0, config: {} });
  const loop = new ConnectionLoop();
  try {
    await run(loop, server);
  } finally {
    loop.close();
    await server.stop();
  }
}

function assertPositive(metrics: Metrics, names: string[]) {
  for (const name of names) assert(metrics[name]! > 0, name);
}

Deno.test({
  name: "every case measures this project's node, which admits every post",
  ignore,
  async fn() {
    /** Each on a server of its own, as in the benchmark. */
    const figuresOf = async ({ run }: LoadCase) => {
      let figures: Metrics[] = [];
      await withServer(async (loop, server) => {
        const context = { loop, server, ms: 300, streams: 20 };
        figures = Object.values(await run(context));
      });
      return figures;
    };
    const [idle, closed, open] = await figuresOf(roomsCase);
    assertPositive(idle!, ["connects/s", "KB per stream"]);
    assertPositive(closed!, ["posts/s", "p99 ms", "server CPU %"]);
    assertPositive(open!, ["p50 ms", "p99.9 ms", "generator CPU %"]);
    const [burst] = await figuresOf(burstCase);
    assertPositive(burst!, ["events/s"]);
    const [home] = await figuresOf(homeCase);
    assertPositive(home!, ["answers/s"]);
    const [shutdown] = await figuresOf(shutdownCase);
    assertPositive(shutdown!, ["seconds to the end"]);
    assertEquals(shutdown!["exit status"], 0);
  },
});

Deno.test({
  name: "a post is complete when every reader of its room has it, and no other",
  ignore,
  fn: () =>
    withServer((loop, server) => {
      const traffic = new RoomTraffic({ loop, server, postBytes: 300 });
      traffic.openStreams({ rooms: 3, perRoom: 5 });
      traffic.openPosters(2);
      let [deliveries, complete] = [0, 0];
      traffic.onDelivery = () => deliveries++;
      traffic.onComplete = () => complete++;
      const now = performance.now();
      assertEquals([0, 2, 1].map((room) => traffic.post(room, now)), [
        true,
        true,
        false, // there are two posters
      ]);
      assertEquals(traffic.settle(), 0);
      assertEquals([deliveries, complete, traffic.refusals.size], [10, 2, 0]);

      const { connection } = traffic.streams.find(({ room }) => room === 0)!;
      connection.stopReading();
      traffic.post(0, now);
      assertEquals(traffic.settle(), 1); // one reader never gets it
    }),
});
