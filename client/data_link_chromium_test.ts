/** Data links between two pages of real Chromium. */

import { assertEquals } from "@std/assert";
import type { Browser, Page } from "playwright-core";
import {
  chromiumMissing,
  chromiumPath,
  launchChromium,
} from "../server/testing/chromium.ts";
import type { DataLink } from "./data_link.ts";
import type { Received } from "./sendable.ts";

const FIFTY_MEGABYTES = 50_000_000;

/** What the pages keep, as the functions below left it there. */
interface LinkScope {
  connection: RTCPeerConnection;
  channel: RTCDataChannel;
  link: DataLink;
  received: Promise<Received>;
  hashOf(data: Blob): Promise<string>;
}

/** The link's code, as one script. */
async function bundle(): Promise<Uint8Array<ArrayBuffer>> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["bundle", "--quiet", "--platform", "browser", "client/data_link.ts"],
    cwd: new URL("..", import.meta.url),
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return stdout;
}

/** Serves an empty page, and the script. */
async function withPages(
  use: (near: Page, far: Page) => Promise<void>,
): Promise<void> {
  const script = await bundle();
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen() {} },
    ({ url }) => {
      const isScript = new URL(url).pathname === "/data_link.js";
      const type = isScript ? "text/javascript" : "text/html";
      return new Response(isScript ? script : "<!DOCTYPE html>", {
        headers: { "content-type": type },
      });
    },
  );
  const browser = await launchChromium();
  try {
    const url = `http://127.0.0.1:${server.addr.port}/`;
    const [near, far] = [
      await openPage(browser, url),
      await openPage(browser, url),
    ];
    await connect(near, far);
    await use(near, far);
  } finally {
    await browser.close();
    await server.shutdown();
  }
}

/** A page in a context of its own with a connection, a channel and a link. */
async function openPage(browser: Browser, url: string): Promise<Page> {
  const page = await (await browser.newContext()).newPage();
  await page.goto(url);
  await page.evaluate(async () => {
    const { DataLink } = await import("/data_link.js" as string);
    const connection = new RTCPeerConnection();
    const channel = connection.createDataChannel("data", {
      negotiated: true,
      id: 0,
    });
    let onMessage: (data: Received) => void;
    const received = new Promise<Received>((resolve) => onMessage = resolve);
    const link = new DataLink(channel, {
      onMessage: (data: Received) => onMessage(data),
      onRequest: (data: Received) => Promise.resolve(data),
      onReceiving() {},
    });
    async function hashOf(data: Blob): Promise<string> {
      const bytes = await data.arrayBuffer();
      const hash = await crypto.subtle.digest("SHA-256", bytes);
      return new Uint8Array(hash).join();
    }
    Object.assign(globalThis, { connection, channel, link, received, hashOf });
  });
  return page;
}

async function connect(near: Page, far: Page): Promise<void> {
  const offer = await describe(near);
  const answer = await describe(far, offer);
  await near.evaluate((answer) => {
    const { connection } = globalThis as unknown as LinkScope;
    return connection.setRemoteDescription(answer);
  }, answer);
}

/** A page's description with all its candidates: an offer, or the answer to one. */
function describe(
  page: Page,
  offer?: RTCSessionDescriptionInit,
): Promise<RTCSessionDescriptionInit> {
  return page.evaluate(async (offer) => {
    const { connection } = globalThis as unknown as LinkScope;
    const gathered = new Promise((resolve) => {
      connection.onicecandidate = ({ candidate }) =>
        candidate === null && resolve(undefined);
    });
    if (offer) await connection.setRemoteDescription(offer);
    await connection.setLocalDescription();
    await gathered;
    return connection.localDescription!.toJSON();
  }, offer);
}

Deno.test({
  name: "fifty megabytes arrive whole, and small talk meanwhile" +
    chromiumMissing,
  ignore: chromiumPath === undefined,
  fn: () =>
    withPages(async (near, far) => {
      const sent = await near.evaluate(async (length) => {
        const { link, hashOf } = globalThis as unknown as LinkScope;
        const bytes = new Uint8Array(length).map((_, i) => i * 7 + (i >> 8));
        const file = new File([bytes], "large.bin", { type: "a/b" });
        let isOver = false;
        const sending = link.send(file).then(() => isOver = true);
        let answers = 0;
        while (!isOver) if (await link.request("?") === "?") answers++;
        await sending;
        return { hash: await hashOf(file), isTalking: answers > 5 };
      }, FIFTY_MEGABYTES);
      const received = await far.evaluate(async () => {
        const { received, hashOf } = globalThis as unknown as LinkScope;
        const file = await received as File;
        const { name, type, size } = file;
        return { hash: await hashOf(file), name, type, size };
      });
      assertEquals(sent.isTalking, true);
      assertEquals(received, {
        hash: sent.hash,
        name: "large.bin",
        type: "a/b",
        size: FIFTY_MEGABYTES,
      });
    }),
});

Deno.test({
  name: "a page that goes ends the link of the other one" + chromiumMissing,
  ignore: chromiumPath === undefined,
  fn: () =>
    withPages(async (near, far) => {
      const closed = near.evaluate(async () => {
        const { link } = globalThis as unknown as LinkScope;
        const pending = link.send(new ReadableStream()).catch(String);
        return [await pending, `${link.closed.reason}`];
      });
      await far.evaluate(async () => {
        const { received, connection } = globalThis as unknown as LinkScope;
        await received;
        connection.close();
      });
      const reason = "TransferError: The connection to this peer ended";
      assertEquals(await closed, [reason, reason]);
    }),
});
