/** The process under Deno's OpenTelemetry, with a collector on loopback. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import manifest from "../deno.json" with { type: "json" };
import { startTelemetryReceiver } from "./testing/telemetry_receiver.ts";

const ROOM = "ab".repeat(20);
const STAMP = "a-stamp-that-nobody-is-to-see";

/** The start task's own arguments, so that the test runs with its permissions. */
const START = manifest.tasks.start.command.split(" ").slice(1)
  .map((word) => word.replaceAll("'", ""));

function spawn(env: Record<string, string>): Deno.ChildProcess {
  return new Deno.Command(Deno.execPath(), {
    args: [
      ...START,
      ...["--host", "127.0.0.1", "--port", "0", "--no-dht", "--no-turn"],
      ...["--log-level", "debug"],
    ],
    cwd: new URL("../", import.meta.url),
    env,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

Deno.test("metrics of the runtime and the log are exported, no room and no stamp is", async () => {
  const receiver = startTelemetryReceiver();
  const child = spawn({
    ...receiver.env,
    OTEL_DENO: "true",
    OTEL_DENO_TRACING: "false",
    OTEL_DENO_CONSOLE: "replace",
  });
  const [, origin] = await receiver.until(/"open (http:\/\/[\d.:]+)/);
  const url = `${origin}/room/${ROOM}?pow=${STAMP}`;
  for (const method of ["GET", "POST"]) {
    const answer = await fetch(url, { method });
    await answer.body?.cancel();
  }
  await receiver.until(/"http.server.request.duration"/);
  await receiver.until(/"debug http: POST \/room\/HASH 401 /);
  child.kill("SIGTERM");
  const { code, stdout } = await child.output();
  assertEquals([code, new TextDecoder().decode(stdout)], [0, ""]);
  await receiver.until(/"info node: SIGTERM: closing/);
  await receiver.close();
  for (const secret of [ROOM, STAMP]) assert(!receiver.text.includes(secret));
});

for (
  const env of [
    { OTEL_DENO: "true" },
    { OTEL_DENO_TRACING: "true" },
    { OTEL_DENO: "true", OTEL_DENO_TRACING: "true" },
  ]
) {
  Deno.test(`a node does not run with ${Object.keys(env).join(" and ")} on, and says what to set`, async () => {
    const { code, stderr } = await spawn(env).output();
    assertEquals(code, 1);
    const said = new TextDecoder().decode(stderr);
    assertMatch(said, /^error: OpenTelemetry's .* OTEL_DENO_TRACING=false$/m);
  });
}
