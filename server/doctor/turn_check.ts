/** Whether the node sells TURN credentials, and its TURN server relays. */

import {
  parseProblem,
  parseTurnGrant,
  PATHS,
  problemCodeOf,
  type TurnGrant,
} from "@sigmesh/core/wire";
import ipaddr from "ipaddr.js";
import { classOf } from "../address_class.ts";
import { Allocation } from "./allocation.ts";
import type { Finding } from "./finding.ts";
import { addressOf, type IceServer, parseIceServer } from "./ice_server.ts";
import { pay } from "./pay.ts";
import { faultOfStream } from "./stun_stream.ts";
import { type Place, UdpAsker } from "./udp_asker.ts";

const FORBIDDEN_PEER = 403;

/** Buys a credential, relays by UDP, and asks whether TCP and TLS are open. */
export async function checkTurn(origin: string): Promise<Finding[]> {
  const check = "turn";
  const paid = await pay(origin + PATHS.token);
  if (!paid.ok) {
    const { message, todo } = paid;
    return [{ check, status: "fail", message: `credential: ${message}`, todo }];
  }
  const { status, json } = paid.answer;
  const problem = parseProblem(json);
  if (problem && problemCodeOf(problem) === "no-turn") {
    return [{ check, status: "skip", message: "the node has no TURN" }];
  }
  const grant = parseTurnGrant(json);
  if (status !== 200 || grant === undefined) {
    const message = `no credential: ${PATHS.token} got status ${status}`;
    const todo = `let the proxy pass ${PATHS.token} to the node; with 503, ` +
      "look at the node's log";
    return [{ check, status: "fail", message, todo }];
  }
  return await checkServers(grant);
}

/** One server of each transport: a hostile node may name any host. */
async function checkServers(grant: TurnGrant): Promise<Finding[]> {
  const servers = grant.urls.map(parseIceServer);
  const findings: Finding[] = [];
  for (const transport of ["udp", "tcp", "tls"] as const) {
    const server = servers.find((server) => server?.transport === transport);
    if (server === undefined) continue;
    findings.push(
      ...transport === "udp"
        ? await checkUdp(server, grant)
        : [await checkStream(server)],
    );
  }
  return findings;
}

async function checkStream(server: IceServer): Promise<Finding> {
  const { url, transport, port } = server;
  const check = `turn-${transport}`;
  const fault = await faultOfStream(server);
  if (fault === undefined) {
    return { check, status: "ok", message: `${url} answers` };
  }
  const todo = transport === "tls"
    ? `open TCP port ${port} to the node, and give --turn-cert the whole chain for this name`
    : `open TCP port ${port} to the node`;
  return { check, status: "fail", message: `${url}: ${fault}`, todo };
}

async function checkUdp(
  { url, hostname, port }: IceServer,
  grant: TurnGrant,
): Promise<Finding[]> {
  const address = await addressOf(hostname);
  if (address === undefined) {
    const todo = `give ${hostname} an address in DNS`;
    return [failed(`${url}: the name has no address`, todo)];
  }
  const server = { address, port };
  const first = await Allocation.open(server, grant);
  if (!first.ok) return [noAllocation(url, { port, code: first.code })];
  await using here = first.value;
  const wrong = faultOfRelay({
    server: address,
    relayed: here.relayed.address,
  });
  if (wrong !== undefined) return [wrong];
  const second = await Allocation.open(server, grant);
  if (!second.ok) return [noAllocation(url, { port, code: second.code })];
  await using there = second.value;
  return [await checkRelay(here, there), await checkPorts(here)];
}

function noAllocation(
  url: string,
  { port, code }: { port: number; code: number | undefined },
): Finding {
  return code === undefined
    ? failed(
      `${url} does not answer by UDP`,
      `open UDP port ${port} to the node, and its relay ports (49152-49663)`,
    )
    : failed(
      `${url} refuses an allocation with ${code}`,
      code === 401 || code === 441
        ? "let --turn-secret be that of the TURN server, and set both clocks by NTP"
        : "look at the node's turn metrics: it may be full",
    );
}

/** A server that the world reaches, and an address for peers that it does not. */
export function faultOfRelay(
  { server, relayed }: { server: string; relayed: string },
): Finding | undefined {
  const isPublic = (address: string) =>
    classOf(ipaddr.process(address)) === "public";
  if (!isPublic(server) || isPublic(relayed)) return undefined;
  return failed(
    `peers are told ${relayed}, which is no public address`,
    `start the node with --turn-external-ip ${server}`,
  );
}

/** There by Send, back by ChannelData; inside the server, whose peer filter lets its own relays through. */
async function checkRelay(
  here: Allocation,
  there: Allocation,
): Promise<Finding> {
  const codes = [
    await here.permit(there.relayed),
    await there.bindChannel(here.relayed),
  ];
  const [question, answer] = [crypto.randomUUID(), crypto.randomUUID()];
  const isRelayed = codes.every((code) => code === 0) &&
    await there.hears(
      question,
      () => here.sendTo(there.relayed, question),
    ) &&
    await here.hears(answer, () => there.sendOnChannel(answer));
  return isRelayed
    ? { check: "turn", status: "ok", message: "relays both ways" }
    : failed(
      `two allocations do not reach each other (codes ${codes.join(", ")})`,
      "look at the log of the TURN server",
    );
}

/** From outside to a relay port, which the firewall may close. */
async function checkPorts(here: Allocation): Promise<Finding> {
  const check = "turn-ports";
  const code = await here.permit(here.mapped);
  if (code === FORBIDDEN_PEER) {
    const message = `not from ${here.mapped.address}, which is no public ` +
      "address: the server relays only to these";
    return { check, status: "skip", message };
  }
  using outside = new UdpAsker(here.relayed);
  const text = crypto.randomUUID();
  const isOpen = await here.hears(
    text,
    () => outside.send(new TextEncoder().encode(text)),
  );
  return isOpen
    ? { check, status: "ok", message: "packets from outside are relayed" }
    : {
      check,
      status: "fail",
      message: `packets to ${at(here.relayed)} are not relayed`,
      todo: "open the node's relay ports, --turn-relay-ports " +
        "(UDP 49152-49663), and let a NAT pass them on unchanged",
    };
}

function at({ address, port }: Place): string {
  return `UDP ${address} port ${port}`;
}

function failed(message: string, todo: string): Finding {
  return { check: "turn", status: "fail", message, todo };
}
