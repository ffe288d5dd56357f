/** A member of a room, in a Chromium of its own. Runs the browser's part by `evaluate`. */

import { type Browser, chromium, type Page } from "playwright-core";
import { CHROMIUM_ARGS, chromiumPath } from "./chromium.ts";

/** What the page keeps, as the functions below left it there. */
interface MemberScope {
  /** As `/client.js` has it. */
  // deno-lint-ignore no-explicit-any -- the library under test, imported by the page
  room: any;
  /** What the room told, in order. */
  told: Told[];
  /** SHA-256 of a Blob, as hex. */
  hashOf: (blob: Blob) => Promise<string>;
}

/** An event of the room, as far as it can be taken out of the page. */
export interface Told {
  readonly type: string;
  readonly atMs: number;
  readonly peer?: string | undefined;
  readonly data?: unknown;
  readonly reason?: string | undefined;
  readonly state?: string | undefined;
  readonly error?: string | undefined;
}

/** How a member joins. */
export interface Joining {
  readonly nodes: readonly string[];
  readonly app?: string;
  readonly name?: string;
  readonly password?: string;
  readonly iceTransportPolicy?: RTCIceTransportPolicy;
}

/** How a browser is started. */
export interface BrowserStart {
  /** Besides the usual ones. */
  readonly args?: readonly string[];
  readonly executablePath?: string;
}

/** What a member is run by. */
export interface BrowserProcess {
  readonly pid: number;
  close(): Promise<void>;
}

/** A server of empty pages: the application that imports the library of a node. */
export function servePages(
  hostname = "127.0.0.1",
): { origin: string; close: () => Promise<void> } {
  const server = Deno.serve(
    { port: 0, hostname, onListen() {} },
    () =>
      new Response("<!DOCTYPE html><title>a page</title>", {
        headers: { "content-type": "text/html" },
      }),
  );
  return {
    origin: `http://${hostname}:${server.addr.port}`,
    close: () => server.shutdown(),
  };
}

/** See above. */
export class RoomMember {
  readonly page: Page;
  readonly #browser: BrowserProcess;

  constructor(page: Page, browser: BrowserProcess) {
    this.page = page;
    this.#browser = browser;
  }

  /** A browser with one page of `origin`. */
  static async start(
    origin: string,
    { args = [], executablePath = chromiumPath! }: BrowserStart = {},
  ): Promise<RoomMember> {
    const server = await chromium.launchServer({
      executablePath,
      args: [...CHROMIUM_ARGS, ...args],
      ignoreDefaultArgs: ["--disable-back-forward-cache"],
    });
    const browser: Browser = await chromium.connect(server.wsEndpoint());
    const page = await (await browser.newContext()).newPage();
    await page.goto(origin);
    const { pid } = server.process();
    return new RoomMember(page, { pid: pid!, close: () => server.close() });
  }

  /** Joins; resolves with this member's id. */
  join({ nodes, app = "tests", name = "a room", ...options }: Joining) {
    return this.page.evaluate(async ({ nodes, app, name, options }) => {
      const { joinRoom } = await import(`${nodes[0]}/client.js`);
      const told: Told[] = [];
      const room = await joinRoom({ app }, name, { nodes, ...options });
      for (
        const type of [
          ...["peerjoin", "peerleave", "message", "request", "receiving"],
          ...["track", "state", "connecting", "paid", "error"],
        ]
      ) {
        room.addEventListener(
          type,
          (event: Event & Record<string, unknown>) => {
            const { peer, peerId, data, reason, state, error } = event;
            told.push({
              type,
              atMs: Date.now(),
              peer: ((peer as { id: string })?.id ?? peerId) as string,
              data: typeof data === "string" ? data : undefined,
              reason: reason as string,
              state: state as string,
              error: error === undefined ? undefined : String(error),
            });
          },
        );
      }
      const hashOf = async (blob: Blob) =>
        Array.from(
          new Uint8Array(
            await crypto.subtle.digest("SHA-256", await blob.arrayBuffer()),
          ),
          (byte) => byte.toString(16).padStart(2, "0"),
        ).join("");
      Object.assign(globalThis, { room, told, hashOf });
      return room.selfId as string;
    }, { nodes, app, name, options });
  }

  /** What the room has told so far. */
  told(): Promise<Told[]> {
    return this.page.evaluate(() =>
      (globalThis as unknown as MemberScope).told
    );
  }

  /** Resolves when the room has told such a thing, at `sinceMs` or later. */
  async waitForTold(
    wanted: Partial<Told>,
    { timeoutMs = 30_000, sinceMs = 0 } = {},
  ): Promise<Told> {
    const handle = await this.page.waitForFunction(
      ({ wanted, sinceMs }) =>
        (globalThis as unknown as MemberScope).told.find((told) =>
          told.atMs >= sinceMs &&
          Object.entries(wanted).every(([name, value]) =>
            told[name as keyof Told] === value
          )
        ),
      { wanted, sinceMs },
      { timeout: timeoutMs, polling: 50 },
    );
    return await handle.jsonValue() as Told;
  }

  /** Resolves when so many peers are connected. */
  async waitForPeers(count: number, timeoutMs = 60_000): Promise<void> {
    await this.page.waitForFunction(
      (count) =>
        (globalThis as unknown as MemberScope).room.peers.size === count,
      count,
      { timeout: timeoutMs, polling: 50 },
    );
  }

  /** Calls something of the page's room. */
  run<T, A = undefined>(
    act: (scope: MemberScope, argument: A) => Promise<T> | T,
    argument?: A,
  ): Promise<T> {
    return this.page.evaluate(
      `(${act})(globalThis, ${JSON.stringify(argument)})`,
    ) as Promise<T>;
  }

  /** Ends the browser: pages are told. */
  async close(): Promise<void> {
    await this.#browser.close();
  }

  /** Ends the browser as a crash would: nobody is told. */
  kill(): void {
    Deno.kill(this.#browser.pid, "SIGKILL");
  }

  /** Stops the whole browser, as sleep does; resolves when it was woken. */
  async sleep(sleepMs: number): Promise<void> {
    const group = -this.#browser.pid; // playwright gives it one
    Deno.kill(group, "SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, sleepMs));
    Deno.kill(group, "SIGCONT");
  }
}
