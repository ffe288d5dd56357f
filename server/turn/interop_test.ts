/** Clients that others wrote: coturn's tools, and werift. */

import { assertEquals, assertMatch } from "@std/assert";
import dgram from "node:dgram";
import { RTCPeerConnection } from "werift";
import { opensslMissing } from "../testing/certificates.ts";
import { withWorkerTurn, type WorkerTurn } from "../testing/worker_turn.ts";
import type { TurnEndpoint } from "./turn_server.ts";

type Transport = TurnEndpoint["transport"];

const PAYLOAD_BYTES = 1000;
/** Of each mode: ChannelData's header; that of a Data indication, with an IPv4 peer. */
const MESSAGE_BYTES = {
  channel: 4 + PAYLOAD_BYTES,
  send: 20 + 12 + 4 + PAYLOAD_BYTES,
};
const PACKETS = 50;
const CLIENTS = 2;
const INTERVAL_MS = 20;
const WERIFT_MS = 15_000;

const coturnMissing = isInstalled("turnutils_uclient")
  ? opensslMissing
  : " (ignored: no turnutils_uclient found; install coturn)";

function isInstalled(program: string): boolean {
  try {
    new Deno.Command(program, { stdout: "null", stderr: "null" }).outputSync();
    return true;
  } catch {
    return false;
  }
}

function interopTest(
  name: string,
  run: (turn: WorkerTurn) => Promise<void>,
  { missing = coturnMissing, ...options }: {
    missing?: string;
    sanitizeOps?: boolean;
    sanitizeResources?: boolean;
  } = {},
): void {
  Deno.test({
    name: name + missing,
    ignore: missing !== "",
    ...options,
    fn: () => withWorkerTurn(run),
  });
}

async function run(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
  }).output();
  const text = new TextDecoder().decode(stdout) +
    new TextDecoder().decode(stderr);
  assertEquals(code, 0, text);
  return text;
}

/** Sends back what it is sent, like a peer that has no TURN. */
async function withEcho(use: (port: number) => Promise<void>): Promise<void> {
  const socket = dgram.createSocket("udp4");
  socket.on("message", (bytes, { port, address }) => {
    socket.send(bytes, port, address);
  });
  await new Promise<void>((bound) => socket.bind(0, "127.0.0.1", bound));
  try {
    await use(socket.address().port);
  } finally {
    await new Promise<void>((closed) => socket.close(closed));
  }
}

/** What uclient says, who sends to an echo and counts what comes back. */
async function uclient(
  turn: WorkerTurn,
  { transport, mode }: { transport: Transport; mode: "channel" | "send" },
): Promise<string> {
  const { username, credential } = turn.credential();
  const flags = { udp: [], tcp: ["-t"], tls: ["-t", "-S"] }[transport];
  let said = "";
  await withEcho(async (port) => {
    said = await run("turnutils_uclient", [
      ...["-v", "-c", "-u", username, "-w", credential],
      ...["-p", `${turn.portOf(transport)}`, ...flags],
      ...(mode === "send" ? ["-s"] : []),
      ...["-e", "127.0.0.1", "-r", `${port}`, "-l", `${PAYLOAD_BYTES}`],
      ...["-m", `${CLIENTS}`, "-n", `${PACKETS}`, "-z", `${INTERVAL_MS}`],
      "127.0.0.1",
    ]);
  });
  return said;
}

/**
 * Messages that came back over TLS. uclient takes what it reads of one TLS record
 * for one message, and calls the others lost where a record has several, as it
 * may: they are counted by its log of what it read.
 */
function arrivedByTls(said: string, messageBytes: number): number {
  const sizes = [...said.matchAll(/response received: size=(\d+)/g)]
    .map(([, size]) => Number(size));
  return sizes.filter((size) => size % messageBytes === 0)
    .reduce((sum, size) => sum + size / messageBytes, 0);
}

for (const mode of ["channel", "send"] as const) {
  for (const transport of ["udp", "tcp", "tls"] as const) {
    interopTest(
      `uclient loses nothing over ${transport} in ${mode} mode`,
      async (turn) => {
        const said = await uclient(turn, { transport, mode });
        assertMatch(said, new RegExp(`tot_send_msgs=${CLIENTS * PACKETS}\\b`));
        if (transport === "tls") {
          const arrived = arrivedByTls(said, MESSAGE_BYTES[mode]);
          assertEquals(arrived, CLIENTS * PACKETS, said);
        } else assertMatch(said, /Total lost packets 0 /);
      },
    );
  }
}

interopTest(
  "uclients that talk to each other, with even ports and reservations, lose nothing",
  async (turn) => {
    const { username, credential } = turn.credential();
    const said = await run("turnutils_uclient", [
      ...["-y", "-u", username, "-w", credential],
      ...["-p", `${turn.portOf("udp")}`, "-l", `${PAYLOAD_BYTES}`],
      ...["-m", `${CLIENTS}`, "-n", `${PACKETS}`, "-z", `${INTERVAL_MS}`],
      "127.0.0.1",
    ]);
    assertMatch(said, /Total lost packets 0 /);
  },
);

interopTest("stunclient learns its address", async (turn) => {
  const port = `${turn.portOf("udp")}`;
  const said = await run("turnutils_stunclient", ["-p", port, "127.0.0.1"]);
  assertMatch(said, /UDP reflexive addr: 127\.0\.0\.1:\d+/);
});

for (const transport of ["udp", "tcp"] as const) {
  interopTest(
    `two werift peers talk through relays over ${transport}`,
    async (turn) => {
      const urls = `turn:127.0.0.1:${turn.portOf(transport)}?transport=` +
        transport;
      const connect = () =>
        new RTCPeerConnection({
          iceTransportPolicy: "relay",
          iceServers: [{ urls, ...turn.credential() }],
        });
      const [caller, callee] = [connect(), connect()];
      try {
        assertEquals(await callOnce(caller, callee), "a message");
      } finally {
        await Promise.all([caller.close(), callee.close()]);
      }
    },
    // werift leaves timers of its own behind, which count as both.
    {
      missing: opensslMissing,
      sanitizeOps: false,
      sanitizeResources: false,
    },
  );
}

/** What the callee hears when the caller says `a message`. */
async function callOnce(
  caller: RTCPeerConnection,
  callee: RTCPeerConnection,
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const timer = setTimeout(
    () => reject(new Error(`No message in ${WERIFT_MS} ms`)),
    WERIFT_MS,
  );
  callee.onDataChannel.subscribe(({ onMessage }) => {
    onMessage.subscribe((message) => resolve(`${message}`));
  });
  const channel = caller.createDataChannel("a channel");
  channel.stateChanged.subscribe((state) => {
    if (state === "open") channel.send("a message");
  });
  await caller.setLocalDescription(await caller.createOffer());
  await callee.setRemoteDescription(caller.localDescription!);
  await callee.setLocalDescription(await callee.createAnswer());
  await caller.setRemoteDescription(callee.localDescription!);
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
