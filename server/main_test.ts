/** The process, as an operator runs it: with the permissions of `deno task start`. */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { TextLineStream } from "./testing/text_line_stream.ts";
import { startTestNode } from "./testing/test_node.ts";
import manifest from "../deno.json" with { type: "json" };

const root = new URL("../", import.meta.url);

/** The start task's own arguments, so that the test runs with its permissions. */
const START = manifest.tasks.start.command.split(" ").slice(1)
  .map((word) => word.replaceAll("'", ""));

function run(...args: string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...START, ...args],
    cwd: root,
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const errors = new Response(child.stderr).text();
  /** The first line that matches; fails when output ends before. */
  async function line(pattern: RegExp): Promise<RegExpExecArray> {
    while (true) {
      const { done, value } = await lines.read();
      if (done) throw new Error(`No line ${pattern}: ${await errors}`);
      const match = pattern.exec(value);
      if (match !== null) return match;
    }
  }
  /** Status and what was said on the way out; within 5 s of being asked. */
  async function end(signal?: Deno.Signal) {
    const asked = performance.now();
    if (signal !== undefined) child.kill(signal);
    while (!(await lines.read()).done);
    const { code } = await child.status;
    assert(performance.now() - asked < 5000, "took more than 5 s");
    return { code, stderr: await errors };
  }
  /** Closes the pipe that the log is written to. */
  const breakLog = () => lines.cancel();
  const signal = (name: Deno.Signal) => child.kill(name);
  return { line, end, signal, breakLog };
}

async function startNode(...args: string[]) {
  const node = run("--port", "0", "--no-dht", "--no-turn", ...args);
  const [, url] = await node.line(/^open (http:\S+)$/);
  return { ...node, url: url! };
}

Deno.test("a node says where it listens and where to look, and ends with 0", async () => {
  const node = run(
    ...["--port", "0", "--turn-port", "0", "--dht-port", "0"],
    ...["--dht-bootstrap", "127.0.0.1:9"],
    ...["--public-url", "https://node.example"],
  );
  const [, port] = await node.line(/^http http:\/\/0\.0\.0\.0:(\d+)$/);
  const [, turnPort] = await node.line(/^turn udp 0\.0\.0\.0:(\d+)$/);
  await node.line(new RegExp(`^turn tcp 0\\.0\\.0\\.0:${turnPort}$`));
  await node.line(/^dht udp 0\.0\.0\.0:\d+ \(joining by 127\.0\.0\.1:9\)$/);
  await node.line(/^public https:\/\/node\.example$/);
  await node.line(new RegExp(`^open http://localhost:${port}/$`));
  assertEquals(await node.end("SIGINT"), { code: 0, stderr: "" });
});

Deno.test("two nodes run side by side, and SIGTERM ends each with 0, streams open", async () => {
  const nodes = [await startNode(), await startNode()];
  const streams = await Promise.all(
    nodes.map(({ url }) =>
      fetch(`${url}room/${"ab".repeat(20)}`, {
        headers: { accept: "text/event-stream" },
      })
    ),
  );
  for (const node of nodes) {
    assertEquals(await node.end("SIGTERM"), { code: 0, stderr: "" });
  }
  for (const stream of streams) {
    assertMatch(await stream.text(), /event: quote[^]*event: closing/);
  }
});

Deno.test("with --log-format json, all of the output is an object a line", async () => {
  const node = run(
    ...["--port", "0", "--no-dht", "--no-turn"],
    ...["--log-format", "json", "--metrics"],
  );
  const records = [];
  const record = async () => JSON.parse((await node.line(/.*/))[0]);
  for (let i = 0; i < 3; i++) records.push(await record());
  const [http, announced, open] = records;
  assertMatch(http.properties.url, /^http:\/\/0\.0\.0\.0:\d+$/);
  assertEquals(announced.message, "not announced: no --public-url");
  assertEquals(open.message, `open ${open.properties.url}`);
  assertEquals(open.logger, "sigmesh.start");
  const metrics = await fetch(`${open.properties.url}metrics`);
  assertMatch(await metrics.text(), /^process_resident_memory_bytes [1-9]/m);
  node.signal("SIGTERM");
  assertEquals((await record()).message, "SIGTERM: closing");
  assertEquals(await node.end(), { code: 0, stderr: "" });
});

Deno.test("a signal is told in the log, with the time, since no terminal has it", async () => {
  const node = await startNode("--log-level", "debug");
  await (await fetch(`${node.url}ip`)).body?.cancel();
  await node.line(/^\d{4}-\S+Z debug http: GET \/ip 200 [\d.]+ ms$/);
  node.signal("SIGTERM");
  await node.line(/^\d{4}-\S+Z info node: SIGTERM: closing$/);
  assertEquals(await node.end(), { code: 0, stderr: "" });
});

Deno.test("a node serves on when its log is closed, or is read by nobody", async () => {
  const args = ["--log-level", "debug", "--max-unpaid-per-ip", "1000000"];
  args.push("--max-unpaid", "1000000");
  const broken = await startNode(...args);
  await broken.breakLog();
  const full = await startNode(...args);
  for (const { url } of [broken, full]) {
    for (let i = 0; i < 2000; i++) {
      const response = await fetch(`${url}ip`);
      assertEquals(response.status, 200);
      await response.body?.cancel();
    }
  }
  assertEquals(await broken.end("SIGTERM"), { code: 0, stderr: "" });
  assertEquals(await full.end("SIGTERM"), { code: 0, stderr: "" });
});

Deno.test("a node keeps its key, and may ask others by https", async () => {
  const folder = await Deno.makeTempDir();
  const peer = "https://127.0.0.1:1"; // nobody listens there
  const node = await startNode(
    ...["--data-dir", folder, "--peers", peer, "--allow-private"],
  );
  await node.line(/^\S+ warning mesh: --peers \S+ does not .*unreachable: /);
  assertEquals(await node.end("SIGTERM"), { code: 0, stderr: "" });
  const names = Array.from(Deno.readDirSync(folder), ({ name }) => name);
  assertEquals(names, ["node_key"]);
  await Deno.writeTextFile(`${folder}/node_key`, "x");
  const broken = run("--port", "0", "--data-dir", folder);
  const { code, stderr } = await broken.end();
  assertEquals(code, 1);
  assertMatch(stderr, /^error: cannot start: .*node_key holds no node key/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("a port that is taken is an error that says what to do", async () => {
  const first = await startNode();
  const { port } = new URL(first.url);
  const { code, stderr } = await run("--port", port, "--no-dht", "--no-turn")
    .end();
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^error: 0\.0\.0\.0:\d+ is taken; choose another --port\n$/,
  );
  assertEquals((await first.end("SIGTERM")).code, 0);
});

Deno.test("a TURN port that is taken is an error too when it was asked for", async () => {
  const listener = Deno.listen({ port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const { code, stderr } = await run(
    "--no-dht",
    "--port",
    "0",
    "--turn-port",
    `${port}`,
  )
    .end();
  listener.close();
  assertEquals(code, 1);
  assertMatch(stderr, /^error: .*STUN and TURN cannot listen: .*--turn-port/);
});

Deno.test("an address that is not this machine's is an error that names the option", async () => {
  const { code, stderr } = await run(
    "--no-dht",
    "--host",
    "192.0.2.1",
    "--port",
    "0",
  )
    .end();
  assertEquals(code, 1);
  assertMatch(
    stderr,
    /^error: 192\.0\.2\.1 is no address of this machine; choose another --host\n$/,
  );
});

Deno.test("a wrong option ends before anything listens", async () => {
  const { code, stderr } = await run("--prot", "1").end();
  assertEquals(code, 1);
  assertMatch(stderr, /unknown option '--prot'\n\(Did you mean --port\?\)/);
});

Deno.test("doctor tells scripts by its exit status and as JSON", async () => {
  const doctor = async (...args: string[]) => {
    const { code, stdout } = await new Deno.Command(Deno.execPath(), {
      args: [...START, "doctor", ...args],
      cwd: root,
    }).output();
    return { code, text: new TextDecoder().decode(stdout) };
  };
  const node = await startTestNode();
  try {
    const healthy = await doctor(node.origin, "--json", "--quick");
    const { url, ok, findings } = JSON.parse(healthy.text);
    assertEquals([healthy.code, url, ok], [0, node.origin, true]);
    assert(findings.length >= 8);
  } finally {
    await node.close();
  }
  const dead = await doctor(node.origin);
  assertEquals(dead.code, 1);
  assertMatch(dead.text, /^fail {2}node: no answer/);
  assertEquals((await doctor("no-origin")).code, 2);
});
