/** Somebody at the page /demo/, in a browser context of their own. */

import { AxeBuilder } from "@axe-core/playwright";
import type {
  Browser,
  BrowserContextOptions,
  Locator,
  Page,
} from "playwright-core";

/** Two browsers and a node share the machine with other tests. */
const MEETING_TIMEOUT_MS = 60_000;

/** A page in a context of its own, and what it logs as an error. */
export async function openPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<{ page: Page; errors: string[] }> {
  const page = await (await browser.newContext(options)).newPage();
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    // A price that moved while its stamp was mined is no error: it is topped up.
    if (/status of 401/.test(message.text())) return;
    // A connection that took long asks for TURN, which these nodes do not have.
    if (/\/token(\?|$)/.test(message.location().url)) return;
    if (message.type() === "error") errors.push(message.text());
  });
  await page.goto(url);
  return { page, errors };
}

/** See the head of this file. */
export class Visitor {
  readonly page: Page;
  readonly errors: readonly string[];

  constructor({ page, errors }: { page: Page; errors: readonly string[] }) {
    this.page = page;
    this.errors = errors;
  }

  /** Opens the page. */
  static async open(
    browser: Browser,
    url: string,
    options?: BrowserContextOptions,
  ): Promise<Visitor> {
    return new Visitor(await openPage(browser, url, options));
  }

  /** Opens the page and joins the room that its address names. */
  static async join(
    browser: Browser,
    url: string,
    { name, password, ...options }: BrowserContextOptions & {
      name: string;
      password?: string;
    },
  ): Promise<Visitor> {
    const visitor = await Visitor.open(browser, url, options);
    const { page } = visitor;
    await page.getByLabel("Your name").fill(name);
    if (password !== undefined) {
      await page.getByLabel("Password").fill(password);
    }
    await visitor.click("Join");
    return visitor;
  }

  get status(): Locator {
    return this.page.locator("#state");
  }

  /** Resolves when the sentence about the room has these words. */
  async isTold(words: string): Promise<void> {
    await this.status.filter({ hasText: words })
      .waitFor({ timeout: MEETING_TIMEOUT_MS });
  }

  /** The room's address. */
  invitation(): Promise<string> {
    return this.page.getByLabel("Address of this room").inputValue();
  }

  async click(button: string): Promise<void> {
    await this.page.getByRole("button", { name: button, exact: true }).click();
  }

  async says(text: string): Promise<void> {
    await this.page.getByLabel("Message", { exact: true }).fill(text);
    await this.click("Send");
  }

  /** Resolves when the conversation has these words. */
  async hears(words: string): Promise<void> {
    await this.page.getByRole("log").getByText(words).waitFor();
  }

  /** Sends the file at this path, as its button does. */
  async sends(path: string): Promise<void> {
    await this.page.locator("#files").setInputFiles(path);
  }

  /** A row of the people's table. */
  row(name: string): Locator {
    return this.page.getByRole("row").filter({ hasText: name });
  }

  /** A picture of the call. */
  tile(label: string): Locator {
    return this.page.getByRole("figure").filter({ hasText: label });
  }

  /** Resolves when a tile's picture moves. */
  async sees(label: string): Promise<void> {
    await this.tile(label).locator("video").evaluate((video) =>
      new Promise<void>((resolve) => {
        (video as HTMLVideoElement).requestVideoFrameCallback(() => resolve());
      })
    );
  }

  /** What axe-core finds, and what is too wide; a line each. */
  async findings(): Promise<string[]> {
    const { violations } = await new AxeBuilder({ page: this.page }).analyze();
    const overflowPx = await this.page.evaluate(() =>
      document.documentElement.scrollWidth - innerWidth
    );
    return [
      ...violations.flatMap(({ id, nodes }) =>
        nodes.map(({ html }) => `${id}: ${html}`)
      ),
      ...(overflowPx > 0 ? [`${overflowPx} px too wide`] : []),
    ];
  }
}
