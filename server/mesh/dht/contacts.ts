/** Contacts of the DHT that are kept, so that a restart needs no bootstrap. */

import ipaddr from "ipaddr.js";
import { SERVER_LIMITS } from "../../limits.ts";

/** Somebody's node in the DHT. */
export interface Contact {
  /** IPv4 address; of one to bootstrap from it may be a name. */
  readonly host: string;
  readonly port: number;
}

/** Where contacts are kept. */
export interface ContactStore {
  /** Those saved last, or none. */
  load(): Promise<readonly Contact[]>;
  save(contacts: readonly Contact[]): Promise<void>;
}

/** Of a node that keeps nothing. */
export const NO_STORE: ContactStore = {
  load: () => Promise.resolve([]),
  save: () => Promise.resolve(),
};

/** A file of JSON. One that cannot be read holds no contacts; `warn` is told. */
export function contactFile(
  path: string,
  warn: (message: string) => void,
): ContactStore {
  return {
    async load() {
      try {
        return parseContacts(JSON.parse(await Deno.readTextFile(path)));
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) {
          warn(
            `Cannot read ${path}, going without: ${(error as Error).message}`,
          );
        }
        return [];
      }
    },
    async save(contacts) {
      const temporary = `${path}.new`; // a node that dies meanwhile leaves the old one
      try {
        await Deno.writeTextFile(temporary, formatContacts(contacts));
        await Deno.rename(temporary, path);
      } catch (error) {
        warn(`Cannot write ${path}: ${(error as Error).message}`);
      }
    },
  };
}

/** One contact a line, for who looks into the file. */
export function formatContacts(contacts: readonly Contact[]): string {
  const lines = contacts.map(({ host, port }) => `${host}:${port}`);
  return JSON.stringify({ version: 1, contacts: lines }, null, 2) + "\n";
}

/** Reads what was saved; leaves out what is no contact. */
export function parseContacts(json: unknown): Contact[] {
  const { contacts } = Object(json);
  if (!Array.isArray(contacts)) return [];
  return contacts.slice(0, SERVER_LIMITS.dhtSavedContacts)
    .map((text) => /^([\d.]+):(\d{1,5})$/.exec(String(text)))
    .filter((match) => match !== null)
    .map(([, host, port]) => ({ host: host!, port: Number(port) }))
    .filter(({ host, port }) =>
      ipaddr.IPv4.isValidFourPartDecimal(host) && port > 0 && port < 65_536
    );
}
