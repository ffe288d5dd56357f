/** The files of `--cert` and `--key`, read again when they change. */

import { createPrivateKey, X509Certificate } from "node:crypto";
import type { Clock } from "../clock.ts";

/** A certificate chain and its key, as PEM. */
export interface PemPair {
  readonly cert: string;
  readonly key: string;
}

const POLL_MS = 10_000;

/**
 * Files are looked at every 10 s: tools that renew certificates replace them in
 * ways that file watchers miss, such as links that point elsewhere.
 */
export class Certificate {
  readonly #paths: PemPair;
  /** The options that name them, for messages. */
  readonly #options: PemPair;
  #pair: PemPair;
  #stop = () => {};
  #isReading = false;
  /** Told once, not every 10 s. */
  #lastFault = "";
  readonly #takers: ((pair: PemPair) => void)[] = [];

  private constructor(
    paths: PemPair,
    { options, pair }: { options: PemPair; pair: PemPair },
  ) {
    this.#paths = paths;
    this.#options = options;
    this.#pair = pair;
  }

  /** Rejects when the files cannot be read or used; the message says what is wrong. */
  static async load(
    paths: PemPair,
    options: PemPair = { cert: "--cert", key: "--key" },
  ): Promise<Certificate> {
    return new Certificate(paths, {
      options,
      pair: await readPair(paths, options),
    });
  }

  get pair(): PemPair {
    return this.#pair;
  }

  start(
    { clock, warn }: { clock: Clock; warn: (message: string) => void },
  ): void {
    this.#stop = clock.every(POLL_MS, () => {
      if (!this.#isReading) void this.reload(warn);
    });
  }

  close(): void {
    this.#stop();
  }

  /** Calls back with the new pair whenever the files have changed and fit each other. */
  onChange(take: (pair: PemPair) => void): void {
    this.#takers.push(take);
  }

  /** Looks at the files. Public for tests; a started one does it by itself. */
  async reload(warn: (message: string) => void): Promise<void> {
    this.#isReading = true;
    try {
      const pair = await readPair(this.#paths, this.#options);
      if (pair.cert === this.#pair.cert && pair.key === this.#pair.key) return;
      this.#pair = pair;
      this.#lastFault = "";
      for (const take of this.#takers) take(pair);
    } catch (error) {
      const { message } = error as Error;
      if (message === this.#lastFault) return;
      this.#lastFault = message;
      warn(`${message}; serving with the certificate from before.`);
    } finally {
      this.#isReading = false;
    }
  }
}

async function readPair(paths: PemPair, options: PemPair): Promise<PemPair> {
  const cert = await readFile(options.cert, paths.cert);
  const key = await readFile(options.key, paths.key);
  const fault = faultOf({ cert, key });
  if (fault === undefined) return { cert, key };
  throw new Error(
    `${paths.cert} and ${paths.key} are no certificate with its key in PEM: ${fault}; ` +
      `${options.cert} takes the chain, ${options.key} its private key`,
  );
}

/** Why a pair cannot be used; the first certificate is the node's own. */
function faultOf({ cert, key }: PemPair): string | undefined {
  try {
    const isKey = new X509Certificate(cert)
      .checkPrivateKey(createPrivateKey(key));
    return isKey ? undefined : "the key is another certificate's";
  } catch (error) {
    return (error as Error).message;
  }
}

async function readFile(option: string, path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    const { message } = cause as Error;
    throw new Error(
      `Cannot read the file of ${option}: ${message}; ` +
        "name a file that the node's user may read",
      { cause },
    );
  }
}
