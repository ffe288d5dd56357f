/** This project: a node, its library, and its Trystero adapter. */

import { DEFAULT_CURVE } from "@sigmesh/core";
import type { Page } from "playwright-core";
import { VERSION } from "../../server/version.ts";
import { own as ownServer } from "../load/server_own.ts";
import type { Candidate, JoinTimes, MeetingPlace, Seat } from "./candidate.ts";
import { joinByTrystero } from "./trystero_page.ts";

const NODE = `sigmesh ${VERSION} on Deno ${Deno.version.deno}`;

const { idleWork } = DEFAULT_CURVE;
/** What an idle node asks: the pages' own load on this machine would be no load of a node's. */
const IDLE_PRICE = { idleWork, fullWork: idleWork };

/** A node, and a quiet page of it whose policy lets scripts in. */
async function startPlace(
  library: string,
  join: MeetingPlace["join"],
): Promise<MeetingPlace> {
  const node = await ownServer.start({
    processor: "any",
    config: { curve: IDLE_PRICE },
  });
  return {
    url: `http://127.0.0.1:${node.port}/bench/`,
    load: (page) => page.evaluate((url) => import(url).then(() => {}), library),
    join,
    stop: node.stop,
  };
}

/** The library's rooms, as in the page. */
interface OwnLibrary {
  joinRoom(options: { app: string }, name: string): Promise<EventTarget>;
}

function joinOwn(page: Page, { room: name }: Seat): Promise<JoinTimes> {
  return page.evaluate(async (name) => {
    const { joinRoom } = await import("/client.js" as string) as OwnLibrary;
    const now = () => performance.timeOrigin + performance.now();
    const joinedAt = now();
    const room = await joinRoom({ app: "bench" }, name);
    await new Promise((resolve) => room.addEventListener("peerjoin", resolve));
    return { joinedAt, openAt: now() };
  }, name);
}

export const own: Candidate = {
  name: "sigmesh",
  description: `${NODE}, joinRoom of /client.js, ${idleWork} hashes a post`,
  missing: () => Promise.resolve(undefined),
  start: () => startPlace("/client.js", joinOwn),
};

export const ownTrystero: Candidate = {
  name: "sigmesh-trystero",
  description: `${NODE}, joinRoom of /trystero.js, ${idleWork} hashes a post`,
  missing: () => Promise.resolve(undefined),
  start: () =>
    startPlace(
      "/trystero.js",
      (page, seat) => joinByTrystero(page, seat, { library: "/trystero.js" }),
    ),
};
