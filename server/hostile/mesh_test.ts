/** Whoever names nodes, or says to be one, gets nothing by it: not from this node, not from others. */

import { assert, assertEquals } from "@std/assert";
import type net from "node:net";
import { SERVER_LIMITS } from "../limits.ts";
import { createNetwork, type Network } from "../mesh/members/network.ts";
import type { ProbeResult } from "../mesh/members/probe_totals.ts";
import { startMembership } from "../testing/lone_membership.ts";
import { nodeAnswer, SOME_KEY } from "../testing/node_answer.ts";
import {
  pour,
  respondWith,
  startScriptedHost,
} from "../testing/scripted_host.ts";

const HOUR_SECONDS = 3600;
const NOW = { nowMs: 1_760_000_000_000 };

function json(body: string): (socket: net.Socket) => void {
  return (socket) => respondWith(socket, { body });
}

const OK = "HTTP/1.1 200 OK\r\n";
const CHUNKED = `${OK}transfer-encoding: chunked\r\n\r\n`;
const LONG = "x".repeat(1000);

const attacks: [
  name: string,
  answer: (socket: net.Socket) => void,
  result: ProbeResult,
][] = [
  [
    "a body without end",
    (to) => pour(to, { head: `${OK}\r\n`, again: LONG }),
    "too-large",
  ],
  [
    "headers without end",
    (to) => pour(to, { head: OK, again: `a: ${LONG}\r\n` }),
    "no-http",
  ],
  [
    "a header without end",
    (to) => pour(to, { head: `${OK}a: `, again: LONG }),
    "no-http",
  ],
  [
    "a chunk's name without end",
    (to) => pour(to, { head: `${CHUNKED}1;`, again: LONG }),
    "too-large",
  ],
  [
    "chunks of one byte without end",
    (to) => pour(to, { head: CHUNKED, again: "1\r\nx\r\n" }),
    "too-large",
  ],
  [
    "early hints without end",
    (to) => pour(to, { again: "HTTP/1.1 103 Early Hints\r\n\r\n" }),
    "too-large",
  ],
  [
    "another protocol",
    (to) => pour(to, { again: "220 mail.example\r\n" }),
    "no-http",
  ],
  [
    "an upgrade",
    (to) =>
      void to.write(
        "HTTP/1.1 101 Up\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
      ),
    "no-http",
  ],
  ["silence", () => {}, "timeout"],
  [
    "half an answer, then silence",
    (to) => void to.write(`${OK}content-length: 9\r\n\r\n{`),
    "timeout",
  ],
  [
    "half an answer, then the end",
    (to) => void to.end(`${OK}content-length: 9\r\n\r\n{`),
    "unreachable",
  ],
  ["the end", (to) => void to.destroy(), "unreachable"],
  ["no JSON", json("<html>"), "no-node"],
  ["half of JSON", json(nodeAnswer(NOW).slice(0, -5)), "no-node"],
  ["JSON of something else", json("[null]"), "no-node"],
  ["deep JSON", json("[".repeat(8000)), "no-node"],
  [
    "a node that lacks most",
    json('{"name":"sigmesh","protocol":1}'),
    "no-node",
  ],
  [
    "another version",
    json(nodeAnswer({ ...NOW, protocol: 2 })),
    "other-protocol",
  ],
  [
    "a node of another name",
    json(nodeAnswer({ ...NOW, url: "https://a.example" })),
    "other-origin",
  ],
  ["a node without a name", json(nodeAnswer(NOW)), "other-origin"],
  [
    "a failure",
    (to) => respondWith(to, { status: "500 Oh", body: nodeAnswer(NOW) }),
    "no-node",
  ],
];

for (const [name, answer, result] of attacks) {
  Deno.test(`${name} makes no member`, async () => {
    const network = createNetwork({ timeoutMs: 200 });
    const { members, pass, faults } = await startMembership({ network });
    await using host = await startScriptedHost(answer);
    members.hear(`http://127.0.0.1:${host.port}`, "attacker");
    await pass(1);
    assertEquals(
      members.totals.probes[result],
      1,
      JSON.stringify(members.totals),
    );
    assertEquals(members.size, 0);
    await members.close();
    assertEquals(faults, []);
  });
}

for (
  const key of [
    null,
    "",
    SOME_KEY.slice(1),
    `${SOME_KEY}A`,
    `${SOME_KEY.slice(0, -1)}9`,
  ]
) {
  Deno.test(`a node whose key is ${JSON.stringify(key)} is no member`, async () => {
    const { members, pass } = await startMembership();
    let origin = "";
    await using host = await startScriptedHost((socket) =>
      respondWith(socket, { body: nodeAnswer({ ...NOW, url: origin, key }) })
    );
    origin = `http://127.0.0.1:${host.port}`;
    members.hear(origin, "attacker");
    await pass(1);
    assertEquals(members.totals.probes["no-key"], 1);
    await members.close();
  });
}

Deno.test("a redirect is not followed", async () => {
  const { members, pass } = await startMembership();
  await using victim = await startScriptedHost(json("{}"));
  await using host = await startScriptedHost((socket) =>
    respondWith(socket, {
      status: "302 Found",
      headers: `location: http://127.0.0.1:${victim.port}/\r\n`,
    })
  );
  members.hear(`http://127.0.0.1:${host.port}`, "attacker");
  members.hearHost({ host: "127.0.0.1", port: host.port });
  await pass(3);
  assert(host.requests.length > 0);
  assertEquals(victim.requests, []);
  assertEquals(members.size, 0);
  await members.close();
});

/** Names and addresses as a test says, behind which all connections go to loopback. */
function rebound(
  names: (hostname: string) => readonly string[],
): Network & { asked: string[] } {
  const real = createNetwork({ timeoutMs: 500 });
  const asked: string[] = [];
  return {
    asked,
    resolve: (hostname) => Promise.resolve(names(hostname)),
    get(request) {
      asked.push(request.address);
      return real.get({ ...request, address: "127.0.0.1" });
    },
  };
}

Deno.test("who comes from where it says to be is looked at again, ten times an hour; who comes from elsewhere is not", async () => {
  await using host = await startScriptedHost(json("no node"));
  const network = rebound(() => ["1.2.3.4"]);
  const { members, pass } = await startMembership({ network });
  const visit = async (addressBlock: string) => {
    members.hearVisitor(`http://a.example:${host.port}`, addressBlock);
    await pass(2);
    return host.requests.length;
  };
  assertEquals(await visit("9.9.9.9"), 1);
  assertEquals(await visit("9.9.9.9"), 1);
  for (let count = 2; count < 20; count++) {
    const most = SERVER_LIMITS.candidatesPerSource + 1;
    assertEquals(await visit("1.2.3.4"), Math.min(count, most));
  }
  await members.close();
});

Deno.test("a third party that hosts in the DHT name is asked once an hour, and only for /", async () => {
  await using victim = await startScriptedHost(json("no node"));
  const named = `http://victim.example:${victim.port}`;
  const body = JSON.stringify({ name: "sigmesh", url: named });
  await using liar = await startScriptedHost(json(body));
  const network = rebound(() => ["1.2.3.4"]);
  const { members, pass } = await startMembership({ network });
  const accuse = async (hour: number) => {
    for (let i = 0; i < 50; i++) {
      const host = `9.9.${hour}.${i}`;
      members.hearHost({ host, port: liar.port });
    }
    for (let i = 0; i < 200; i++) {
      const name = `${hour}-${i}.victim.example:${victim.port}`;
      members.hear(`http://${name}`, `attacker ${i}`);
    }
    members.hear(named, "attacker");
    await pass(60);
    // By its address it would be asked over TLS, too.
    members.hearHost({ host: "1.2.3.4", port: victim.port });
    members.hearHost({ host: "1.2.3.4", port: victim.port + 1 });
  };
  await accuse(1);
  await pass(HOUR_SECONDS - 70);
  assertEquals(victim.requests, ["GET / HTTP/1.1"]);
  assert(liar.requests.length >= 50);
  await pass(HOUR_SECONDS);
  await accuse(2);
  await pass(HOUR_SECONDS - 70);
  assertEquals(victim.requests, ["GET / HTTP/1.1", "GET / HTTP/1.1"]);
  await members.close();
});

const INNER = [
  "127.0.0.1",
  "10.0.0.1",
  "169.254.169.254",
  "168.63.129.16",
  "100.64.0.1",
  "::1",
  "fd00::1",
  "::ffff:10.0.0.1",
  "0.0.0.0",
  "224.0.0.1",
];

for (const inner of INNER) {
  Deno.test(`${inner} is not asked, by whatever name it goes`, async () => {
    const network = rebound((name) =>
      name.startsWith("both") ? ["1.2.3.4", inner] : [inner]
    );
    const { members, pass } = await startMembership({
      ...{ network, allowPrivate: false },
      peers: ["https://named-by-the-operator.example"],
    });
    const literal = inner.includes(":") ? `[${inner}]` : inner;
    members.hear("https://inner.example", "attacker");
    members.hear("https://both.example", "attacker");
    members.hear(new URL(`https://${literal}`).origin, "attacker");
    members.hearHost({ host: inner, port: 80 });
    await pass(10);
    assertEquals(network.asked, []);
    assert(members.totals.probes["private-address"] >= 4);
    await members.close();
  });
}

Deno.test("a name that leads elsewhere when it is looked up again is asked where it was looked at", async () => {
  const addresses = [["1.2.3.4"], ["127.0.0.1"], ["127.0.0.1"]];
  const network = rebound(() => addresses.shift() ?? []);
  const { members, pass } = await startMembership({
    network,
    allowPrivate: false,
  });
  members.hear("https://rebound.example", "attacker");
  await pass(HOUR_SECONDS + 5);
  members.hear("https://rebound.example", "attacker");
  await pass(5);
  assertEquals(network.asked, ["1.2.3.4"]);
  assertEquals(members.totals.probes["private-address"], 1);
  await members.close();
});

Deno.test("a member whose name leads inside from now on is asked there never, and dropped", async () => {
  let address = "1.2.3.4";
  let port = 0;
  const network = rebound((
    name,
  ) => [name === "a.example" ? address : "1.1.1.1"]);
  const { members, pass } = await startMembership({ network });
  const respond = (socket: net.Socket, line: string) => {
    const name = port === a.port ? "a" : "b";
    const url = `http://${name}.example:${port}`;
    const isList = line.includes("/nodes");
    const nowMs = NOW.nowMs;
    respondWith(socket, { body: isList ? "[]" : nodeAnswer({ nowMs, url }) });
  };
  await using a = await startScriptedHost((socket, line) => {
    port = a.port;
    respond(socket, line);
  });
  await using b = await startScriptedHost((socket, line) => {
    port = b.port;
    respond(socket, line);
  });
  const origin = `http://a.example:${a.port}`;
  members.hear(origin, "somebody");
  members.hear(`http://b.example:${b.port}`, "somebody");
  await pass(2);
  assertEquals(members.size, 2);
  address = "169.254.169.254";
  await pass(HOUR_SECONDS / 2);
  assertEquals(members.find(origin), undefined);
  assert(!network.asked.includes(address));
  await members.close();
});

Deno.test("a million nodes that are none wait in little memory, and take no more than the budget", async () => {
  let requests = 0;
  const network: Network = {
    resolve: (name) =>
      Promise.resolve([`7.${Number(/\d+/.exec(name)) % 250}.1.1`]),
    get() {
      requests++;
      return Promise.resolve({ ok: false, reason: "timeout", detail: "" });
    },
  };
  const { members, pass } = await startMembership({ network });
  for (let i = 0; i < 1_000_000; i++) {
    members.hear(`https://n${i}.example`, `source ${i % 200_000}`);
  }
  assertEquals(members.waiting, SERVER_LIMITS.candidates);
  await pass(60);
  assert(requests > 0 && requests <= 60 * SERVER_LIMITS.probesPerSecond);
  assertEquals(members.size, 0);
  await members.close();
});

Deno.test("one source is heard ten times an hour, the DHT more often, and both in vain where there is no such port", async () => {
  const { members } = await startMembership({ allowPrivate: false });
  for (let i = 0; i < 1000; i++) {
    members.hear(`https://a${i}.example`, "one");
    members.hear(`https://a${i}.example:25`, `other ${i}`);
    members.hear(`https://a${i}.example/path`, `other ${i}`);
    members.hear(`http://a${i}.example`, `other ${i}`);
    members.hearHost({ host: `8.8.${i % 250}.${i >> 8}`, port: 22 });
    members.hearHost({ host: `2001:db8::${i}`, port: 8000 });
  }
  assertEquals(members.waiting, SERVER_LIMITS.candidatesPerSource);
  for (let i = 0; i < 1000; i++) {
    members.hearHost({ host: `8.8.${i % 250}.${i >> 8}`, port: 8000 });
  }
  const { candidatesPerSource, candidatesFromDht } = SERVER_LIMITS;
  assertEquals(members.waiting, candidatesPerSource + candidatesFromDht);
  await members.close();
});

Deno.test("of one network there are eight members, however many names it has", async () => {
  const network: Network = {
    resolve: (name) => Promise.resolve([`7.7.7.${Number(/\d+/.exec(name))}`]),
    get({ url }) {
      const body = url.pathname === "/"
        ? nodeAnswer({ ...NOW, url: url.origin })
        : "[]";
      return Promise.resolve({
        ...{ ok: true, status: 200, body: new TextEncoder().encode(body) },
      });
    },
  };
  const { members, pass } = await startMembership({ network });
  for (let i = 0; i < 100; i++) {
    members.hear(`https://n${i}.example`, `source ${i}`);
  }
  await pass(200);
  assertEquals(members.size, SERVER_LIMITS.membersPerNetwork);
  assertEquals(members.totals.probes["no-room"], 92);
  await members.close();
});
