/** Firefox and Chromium in one room, over real nodes. */

import { assertEquals } from "@std/assert";
import type { Page } from "puppeteer-core";
import {
  firefoxMissing,
  firefoxPath,
  launchFirefox,
} from "../server/testing/firefox.ts";
import { servePages } from "../server/testing/room_page.ts";
import { type RoomScene, roomTest } from "../server/testing/room_scene.ts";
import { LOCAL_TURN } from "../server/testing/test_node.ts";

/** What the page keeps, as `join` left it there. */
interface FirefoxScope {
  // deno-lint-ignore no-explicit-any -- the library under test, imported by the page
  room: any;
  told: { type: string; data: unknown; engine: string | undefined }[];
}

/** Joins "a room" of "tests" in a page. */
async function join(
  page: Page,
  node: string,
  policy: RTCIceTransportPolicy = "all",
): Promise<void> {
  await page.evaluate(
    async (node, iceTransportPolicy) => {
      const { joinRoom } = await import(`${node}/client.js`);
      const told: FirefoxScope["told"] = [];
      const options = { nodes: [node], iceTransportPolicy };
      const room = await joinRoom({ app: "tests" }, "a room", options);
      for (const type of ["message", "paid", "error"]) {
        room.addEventListener(
          type,
          (event: Event & { data?: unknown; cost?: { engine: string } }) =>
            told.push({ type, data: event.data, engine: event.cost?.engine }),
        );
      }
      Object.assign(globalThis, { room, told });
    },
    node,
    policy,
  );
}

/** Resolves when the page was told what somebody said; rejects when that takes long. */
async function waitForMessage(page: Page, text: string): Promise<void> {
  await page.waitForFunction(
    (text) =>
      (globalThis as unknown as FirefoxScope).told.some(({ data }) =>
        data === text
      ),
    { polling: 50, timeout: 60_000 },
    text,
  );
}

/** A test in a Firefox page of another origin than the node's. */
function firefoxTest(
  name: string,
  run: (page: Page, scene: RoomScene) => Promise<void>,
): void {
  if (firefoxPath === undefined) {
    return Deno.test({ name: name + firefoxMissing, ignore: true, fn() {} });
  }
  roomTest(name, async (scene) => {
    const pages = servePages();
    const firefox = await launchFirefox();
    try {
      const page = await firefox.newPage();
      await page.goto(pages.origin);
      await run(page, scene);
      assertEquals(
        await page.evaluate(() =>
          (globalThis as unknown as FirefoxScope).told.filter(({ type }) =>
            type === "error"
          )
        ),
        [],
      );
    } finally {
      await firefox.close();
      await pages.close();
    }
  });
}

firefoxTest(
  "Firefox mines by SIMD, meets Chromium, and they exchange text, a file and video",
  async (page, scene) => {
    const node = await scene.node();
    await join(page, node.origin);
    const [member] = await scene.members(1, { nodes: [node.origin] });
    await member!.waitForPeers(1);
    await member!.run(({ room }) => room.send("from Chromium"));
    await waitForMessage(page, "from Chromium");
    await page.evaluate(() =>
      (globalThis as unknown as FirefoxScope).room.send("from Firefox")
    );
    await member!.waitForTold({ type: "message", data: "from Firefox" });
    const engines = await page.evaluate(() =>
      (globalThis as unknown as FirefoxScope).told
        .flatMap(({ engine }) => engine ?? [])
    );
    assertEquals(new Set(engines), new Set(["wasm-simd"]));

    const hash = member!.run(({ room, hashOf }) =>
      new Promise<string>((resolve) =>
        room.addEventListener(
          "message",
          async ({ data }: { data: Blob }) => resolve(await hashOf(data)),
        )
      )
    );
    const sent = await page.evaluate(async () => {
      const bytes = new Uint8Array(3_000_000).map((_, i) => i * i >> 7);
      (globalThis as unknown as FirefoxScope).room.send(new Blob([bytes]));
      const digest = await crypto.subtle.digest("SHA-256", bytes);
      return Array.from(
        new Uint8Array(digest),
        (byte) => byte.toString(16).padStart(2, "0"),
      ).join("");
    });
    assertEquals(await hash, sent);

    const width = page.evaluate(() =>
      new Promise<number>((resolve) =>
        (globalThis as unknown as FirefoxScope).room.addEventListener(
          "track",
          ({ stream }: { stream: MediaStream }) => {
            const video = document.createElement("video");
            Object.assign(video, { muted: true, srcObject: stream });
            video.onresize = () => resolve(video.videoWidth);
            video.play();
          },
        )
      )
    );
    await member!.run(({ room }) => {
      const canvas = document.createElement("canvas");
      Object.assign(canvas, { width: 222, height: 111 });
      const context = canvas.getContext("2d")!;
      setInterval(() => context.fillRect(Math.random() * 200, 0, 9, 99), 40);
      room.addStream(canvas.captureStream(25));
    });
    assertEquals(await width, 222);
  },
);

firefoxTest(
  "Firefox buys TURN, and is relayed to Chromium",
  async (page, scene) => {
    const node = await scene.node({ turn: LOCAL_TURN });
    await join(page, node.origin, "relay");
    const [member] = await scene.members(1, {
      nodes: [node.origin],
      iceTransportPolicy: "relay",
    });
    await member!.waitForPeers(1);
    await page.evaluate(() =>
      (globalThis as unknown as FirefoxScope).room.send("by way of the node")
    );
    await member!.waitForTold({ type: "message", data: "by way of the node" });
  },
);
