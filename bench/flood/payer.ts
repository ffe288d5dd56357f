/** An honest client: mines what it is asked, posts twice a second, and notes how it is served. */

import {
  challengeOf,
  formatStamp,
  parseToken,
  solve,
  WorkerPool,
} from "@sigmesh/core";
import {
  EVENTS,
  parsePosted,
  parseProblem,
  parseQuote,
  problemCodeOf,
  type Quote,
} from "@sigmesh/core/wire";

const POST_EVERY_MS = 500;
const TIMEOUT_MS = 10_000;
const REOPEN_MS = 1000;
const BODY = "x".repeat(300);
const QUOTE_EVENT = new RegExp(`event: ${EVENTS.quote}\ndata: (.*)\n`);

/** How posts fared since the last look. */
export interface PayerRecord {
  /** From sending to the whole 202, in order; mining is not counted. */
  readonly latenciesMs: number[];
  /** Reason -> how often. */
  readonly failures: Record<string, number>;
}

/** Posts until it is closed. */
export class Payer {
  readonly #origin: string;
  readonly #client: Deno.HttpClient;
  readonly #workers: WorkerPool;
  readonly #closing = new AbortController();
  readonly #work: Promise<unknown>;
  #token: string;
  #record: PayerRecord = emptyRecord();

  private constructor({ origin, client, workers, token }: {
    origin: string;
    client: Deno.HttpClient;
    workers: WorkerPool;
    token: string;
  }) {
    this.#origin = origin;
    this.#client = client;
    this.#workers = workers;
    this.#token = token;
    this.#work = Promise.all([this.#listen(), this.#post()]);
  }

  /** Starts one that connects from this address. */
  static async start(
    { origin, address }: { origin: string; address: string },
  ): Promise<Payer> {
    const client = Deno.createHttpClient({ localAddress: address });
    const response = await fetchBy(client, origin, {
      headers: { accept: "application/json" },
    });
    const { token } = await response.json() as Quote;
    const workers = await WorkerPool.start(1);
    return new Payer({ origin, client, workers, token });
  }

  /** The newest token it was given. */
  get token(): string {
    return this.#token;
  }

  /** The price that it was last quoted, in bits, for weight 1 and no surcharge. */
  get height(): number {
    const parsed = parseToken(this.#token);
    return parsed.ok ? parsed.value.height : NaN;
  }

  /** What happened since it was last asked. */
  takeRecord(): PayerRecord {
    const record = this.#record;
    this.#record = emptyRecord();
    return record;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#work;
    this.#workers.close();
    this.#client.close();
  }

  /** Holds a stream open for its quotes; opens another when it ends. */
  async #listen(): Promise<void> {
    const { signal } = this.#closing;
    while (!signal.aborted) {
      try {
        await this.#readQuotes(signal);
        this.#fail("stream ended");
      } catch (error) {
        if (!signal.aborted) this.#fail(`stream: ${(error as Error).name}`);
      }
      await sleep(REOPEN_MS, signal);
    }
  }

  async #readQuotes(signal: AbortSignal): Promise<void> {
    const response = await fetchBy(this.#client, this.#origin + randomRoom(), {
      headers: { accept: "text/event-stream" },
      signal,
    });
    let held = "";
    for await (
      const text of response.body!.pipeThrough(new TextDecoderStream())
    ) {
      const events = (held + text).split("\n\n");
      held = events.pop()!;
      for (const event of events) {
        const data = QUOTE_EVENT.exec(`${event}\n`)?.[1];
        if (data !== undefined) this.#note(parseQuote(JSON.parse(data)));
      }
    }
  }

  async #post(): Promise<void> {
    const { signal } = this.#closing;
    let due = performance.now();
    while (!signal.aborted) {
      try {
        await this.#postOnce(signal);
      } catch (error) {
        if (!signal.aborted) this.#fail((error as Error).name);
      }
      due = Math.max(due + POST_EVERY_MS, performance.now());
      await sleep(due - performance.now(), signal);
    }
  }

  /** Into a room of its own, which owes no surcharge: the token's height is all. */
  async #postOnce(signal: AbortSignal): Promise<void> {
    const url = this.#origin + randomRoom();
    const token = this.#token;
    const salt = crypto.getRandomValues(new Uint8Array(6));
    const method = "POST";
    const challenge = challengeOf({ token, method, url, salt, body: BODY });
    const workers = this.#workers;
    const { nonces } = await solve(challenge, this.height, { workers, signal });
    const authorization = `PoW ${formatStamp({ token, salt, nonces })}`;
    const sentAt = performance.now();
    const response = await fetchBy(this.#client, url, {
      method,
      headers: { accept: "application/json", authorization },
      body: BODY,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    const answer = await response.json();
    if (response.status === 202) {
      this.#record.latenciesMs.push(performance.now() - sentAt);
      this.#note(parsePosted(answer));
      return;
    }
    const problem = parseProblem(answer);
    this.#note(parseQuote(answer));
    this.#fail(problem ? problemCodeOf(problem) : `status ${response.status}`);
  }

  #note(quote: Quote | undefined): void {
    if (quote !== undefined) this.#token = quote.token;
  }

  #fail(reason: string): void {
    const { failures } = this.#record;
    failures[reason] = (failures[reason] ?? 0) + 1;
  }
}

/** The project's DOM types do not know Deno's `client`. */
function fetchBy(
  client: Deno.HttpClient,
  url: string,
  init: RequestInit,
): Promise<Response> {
  return fetch(url, { ...init, client } as RequestInit);
}

function emptyRecord(): PayerRecord {
  return { latenciesMs: [], failures: {} };
}

function randomRoom(): string {
  return `/room/${crypto.getRandomValues(new Uint8Array(20)).toHex()}`;
}

/** Resolves after so long, or when aborted. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, Math.max(0, ms));
    signal.addEventListener("abort", done);
    function done() {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    }
    if (signal.aborted) done();
  });
}
