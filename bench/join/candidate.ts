/** What lets two pages meet, as this benchmark sees it. */

import type { Browser, Page } from "playwright-core";

/** One that can be started. */
export interface Candidate {
  readonly name: string;
  /** What it is, with its version, for the report. */
  readonly description: string;
  /** What to install where it cannot be run; undefined when it can. */
  missing(): Promise<string | undefined>;
  start(): Promise<MeetingPlace>;
}

/** Its servers, running. */
export interface MeetingPlace {
  /** A page on which `load` may be called. */
  readonly url: string;
  /** Loads the library: not measured, since an app has it before it joins. */
  load(page: Page): Promise<void>;
  /** Resolves when the other page of the room can be sent to. */
  join(page: Page, seat: Seat): Promise<JoinTimes>;
  stop(): Promise<unknown>;
}

/** Whose place in which room. */
export interface Seat {
  readonly room: string;
  readonly number: 0 | 1;
}

/** By the clock that all pages of a browser share, in ms. */
export interface JoinTimes {
  readonly joinedAt: number;
  readonly openAt: number;
}

/** Who comes when. */
export interface JoinCase {
  readonly title: string;
  /** How long the first page is alone, in ms. */
  readonly headStartMs: number;
}

/** What is measured: from the last join to the moment when both can send. */
export const JOIN_CASES: readonly JoinCase[] = [
  { title: "Both join at once", headStartMs: 0 },
  { title: "One joins a room where one waits", headStartMs: 2000 },
];

const PATIENCE_MS = 20_000;

/** Lets two fresh pages meet; gives ms. Rejects when they do not. */
export async function measureJoin(
  { place, browser, headStartMs }: {
    place: MeetingPlace;
    browser: Browser;
    headStartMs: number;
  },
): Promise<number> {
  const room = crypto.randomUUID();
  const contexts = await Promise.all([1, 2].map(() => browser.newContext()));
  try {
    const [first, second] = await Promise.all(contexts.map(async (context) => {
      const page = await context.newPage();
      await page.goto(place.url);
      await place.load(page);
      return page;
    }));
    const waiting = place.join(first!, { room, number: 0 });
    waiting.catch(() => {}); // told below
    if (headStartMs > 0) await rest(headStartMs);
    const joining = place.join(second!, { room, number: 1 });
    const times = await inTime(Promise.all([waiting, joining]));
    const joinedAt = headStartMs > 0
      ? times[1].joinedAt
      : Math.min(...times.map(({ joinedAt }) => joinedAt));
    return Math.max(...times.map(({ openAt }) => openAt)) - joinedAt;
  } finally {
    await Promise.all(contexts.map((context) => context.close()));
  }
}

function rest(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

async function inTime<T>(promise: Promise<T>): Promise<T> {
  let timer;
  const late = new Promise<never>((_, reject) => {
    const error = new Error(`they did not meet within ${PATIENCE_MS} ms`);
    timer = setTimeout(() => reject(error), PATIENCE_MS);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
