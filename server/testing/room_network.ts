/** Members of a room in networks of their own, and what they do there. Runs the browsers' part by `evaluate`. */

import { assertEquals } from "@std/assert";
import type { Config } from "../config.ts";
import type { Surroundings } from "../node.ts";
import { chromiumMissing, chromiumPath } from "./chromium.ts";
import { RoomMember, servePages } from "./room_page.ts";
import { startTabbedChromium } from "./tabbed_chromium.ts";
import { type Home, networkMissing, TestNetwork } from "./test_network.ts";
import { LOCAL_TURN, startTestNode, type TestNode } from "./test_node.ts";

/** A member in a network of its own. */
export interface Settler {
  readonly member: RoomMember;
  readonly home: Home;
  /** How often it bought or renewed TURN. */
  purchases(): number;
}

/** What a test works with; all of it is closed after. */
export interface Scene {
  /** A node that sells TURN. */
  node(
    config?: Partial<Config>,
    surroundings?: Surroundings,
  ): Promise<TestNode>;
  /** Starts a Chromium with a page. */
  settler(...args: string[]): Promise<Settler>;
  /** Starts one whose page is a tab, on this machine; `cover` hides it. */
  tab(): Promise<{ member: RoomMember; cover: () => Promise<void> }>;
}

export function networkTest(
  name: string,
  run: (scene: Scene) => Promise<void>,
): void {
  Deno.test({
    name: name + chromiumMissing + networkMissing,
    ignore: chromiumPath === undefined || networkMissing !== "",
    async fn() {
      await using network = await TestNetwork.start();
      const pages = servePages(network.address);
      const secure =
        `--unsafely-treat-insecure-origin-as-secure=${pages.origin}`;
      const nodes: TestNode[] = [];
      const members: RoomMember[] = [];
      const scene: Scene = {
        async node(config = {}, surroundings = {}) {
          const host = network.address;
          const started = await startTestNode(
            { host, turn: LOCAL_TURN, ...config },
            surroundings,
          );
          const node = { ...started, origin: `http://${host}:${started.port}` };
          nodes.push(node);
          return node;
        },
        async settler(...args) {
          const home = await network.home();
          const member = await RoomMember.start(pages.origin, {
            executablePath: home.chromium,
            args: [...args, secure],
          });
          members.push(member);
          let purchases = 0;
          member.page.on("request", (request) => {
            if (new URL(request.url()).pathname === "/token") purchases++;
          });
          return { member, home, purchases: () => purchases };
        },
        async tab() {
          const tabs = await startTabbedChromium([secure]);
          const member = new RoomMember(tabs.page, tabs);
          members.push(member);
          await tabs.page.goto(pages.origin);
          return { member, cover: tabs.cover };
        },
      };
      try {
        await run(scene);
        for (const { faults } of nodes) assertEquals(faults, []);
      } finally {
        await Promise.all(members.map((member) => member.close()));
        await Promise.all(nodes.map((node) => node.close()));
        await pages.close();
      }
    },
  });
}

/** Promised: what vanishes is gone, and what comes back is there, by then. */
export const PROMISED_MS = 10_000;

export function pass(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

/** All join, and are connected to each other; resolves with their ids. */
export async function meet(
  nodes: TestNode | readonly TestNode[],
  members: readonly RoomMember[],
): Promise<string[]> {
  const origins = [nodes].flat().map(({ origin }) => origin);
  const ids = await Promise.all(
    members.map((member) => member.join({ nodes: origins })),
  );
  await Promise.all(
    members.map((member) => member.waitForPeers(members.length - 1)),
  );
  for (const member of members) {
    await member.run(({ room }) =>
      room.addEventListener(
        "request",
        // deno-lint-ignore no-explicit-any -- the page's event
        ({ respondWith }: any) => respondWith("here"),
      )
    );
  }
  return ids;
}

/** How long it takes until a member's only peer answers; at most a minute. */
export function waitForAnswer(member: RoomMember): Promise<number> {
  return member.run(async ({ room }) => {
    const askedMs = Date.now();
    while (Date.now() - askedMs < 60_000) {
      const [peer] = room.peers.values();
      const answer = await peer?.request("there?", { timeoutMs: 1000 })
        .catch(() => undefined);
      if (answer === "here") break;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    return Date.now() - askedMs;
  });
}

export async function toldOf(member: RoomMember, type: string) {
  return (await member.told()).filter((told) => told.type === type);
}

/** How a member's only peer is reached. */
export function routeOf(member: RoomMember) {
  return member.run(async ({ room }) => {
    const [peer] = room.peers.values();
    const { connection } = await peer.stats();
    const reports = new Map(await peer.connection.getStats());
    // deno-lint-ignore no-explicit-any -- dictionaries that no lib has
    const all = [...reports.values()] as any[];
    const { selectedCandidatePairId } = all.find(({ type }) =>
      type === "transport"
    );
    const { localCandidateId } = reports.get(selectedCandidatePairId) as {
      localCandidateId: string;
    };
    const { relayProtocol } = reports.get(localCandidateId) as {
      relayProtocol?: string;
    };
    return { connection, relayProtocol };
  });
}

/** Sends its only peer a stream that goes on until `endStream`. */
export async function startStream(
  from: RoomMember,
  to: RoomMember,
): Promise<void> {
  await to.run((scope) => {
    const received = new Promise<string>((resolve) =>
      scope.room.addEventListener(
        "message",
        async ({ data }: { data: unknown }) => {
          if (!(data instanceof ReadableStream)) return;
          let text = "";
          const decoder = new TextDecoder();
          try {
            for await (const bytes of data) text += decoder.decode(bytes);
            resolve(text);
          } catch (error) {
            resolve((error as Error).message);
          }
        },
      )
    );
    Object.assign(scope, { received });
  });
  await from.run((scope) => {
    let isEnough = false;
    const enough = () => isEnough = true;
    const body = new ReadableStream({
      async pull(controller) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        if (isEnough) controller.close();
        else controller.enqueue(new TextEncoder().encode("drop "));
      },
    });
    const sent = scope.room.send(body).then(
      () => "sent",
      (error: Error) => error.message,
    );
    Object.assign(scope, { enough, sent });
  });
}

/** What became of it: of the sending, and what arrived. */
export async function endStream(
  from: RoomMember,
  to: RoomMember,
): Promise<[sent: string, received: string]> {
  return [
    await from.run((scope) => {
      const { enough, sent } = scope as unknown as {
        enough: () => void;
        sent: Promise<string>;
      };
      enough();
      return sent;
    }),
    await to.run((scope) =>
      (scope as unknown as { received: Promise<string> }).received
    ),
  ];
}
