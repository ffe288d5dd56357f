/** Members on disk, so that a restart needs nobody to find them again. */

import { SERVER_LIMITS } from "../../limits.ts";
import { parseMeshOrigin } from "./answers.ts";
import { makeDataFolder, readFile, replaceFile } from "./data_file.ts";
import type { Member } from "./member.ts";
import { parseNodeKey } from "./node_key.ts";

/** All that is kept of a member. */
export type SavedMember = Pick<
  Member,
  "origin" | "key" | "network" | "height" | "roundTripMs" | "seenAtMs"
>;

/** Where members are kept. */
export interface MemberStore {
  /** Empty when there is nothing, or nothing that can be read. */
  load(): Promise<readonly SavedMember[]>;
  save(members: Iterable<Member>): Promise<void>;
}

/** A file of all members with the longest names has less. */
const MAX_BYTES = 8 * 2 ** 20;
/** Longer than an IPv6 /48, or an origin. */
const MAX_NETWORK_CHARACTERS = 255;
const MAX_HEIGHT = 256;

/** Keeps them in `nodes.json` of a folder. */
export function createMemberStore(
  folder: string,
  { allowPrivate, warn }: {
    allowPrivate: boolean;
    warn: (message: string) => void;
  },
): MemberStore {
  const path = `${folder}/nodes.json`;
  return {
    async load() {
      try {
        const text = await readFile(path, { maxBytes: MAX_BYTES });
        if (text === undefined) return [];
        const members = parseMembers(text, { allowPrivate });
        if (members === undefined) throw new Error("it is no list of nodes");
        return members;
      } catch (error) {
        warn(
          `${path} cannot be read: ${(error as Error).message}. The node ` +
            "begins without it, and writes another in its place.",
        );
        return [];
      }
    },
    async save(members) {
      await makeDataFolder(folder);
      await replaceFile(path, formatMembers(members));
    },
  };
}

/** JSON of what is kept. */
export function formatMembers(members: Iterable<Member>): string {
  const nodes = Array.from(
    members,
    ({ origin, key, network, height, roundTripMs, seenAtMs }) => ({
      ...{ origin, key, network, height, roundTripMs, seenAtMs },
    }),
  );
  return `${JSON.stringify({ version: 1, nodes })}\n`;
}

/** Reads it back; entries that are none are left out. Undefined when it is no such file. Never throws. */
export function parseMembers(
  text: string,
  options: { allowPrivate: boolean },
): SavedMember[] | undefined {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { version, nodes } = fieldsOf(json);
  if (version !== 1 || !Array.isArray(nodes)) return undefined;
  return nodes.slice(0, SERVER_LIMITS.members)
    .map((node) => parseMember(node, options))
    .filter((node) => node !== undefined);
}

function parseMember(
  value: unknown,
  options: { allowPrivate: boolean },
): SavedMember | undefined {
  const fields = fieldsOf(value);
  const { network, height, roundTripMs, seenAtMs } = fields;
  const origin = parseMeshOrigin(fields.origin, options);
  const key = parseNodeKey(fields.key);
  const isGood = origin !== undefined && key !== undefined &&
    typeof network === "string" && network.length <= MAX_NETWORK_CHARACTERS &&
    isAmount(height) && height < MAX_HEIGHT && isAmount(roundTripMs) &&
    isAmount(seenAtMs);
  return isGood
    ? { origin, key, network, height, roundTripMs, seenAtMs }
    : undefined;
}

function isAmount(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null
    ? value as Record<string, unknown>
    : {};
}
