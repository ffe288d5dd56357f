/** A room's name is what follows `#` in the page's address: browsers keep that from servers. */

/** Longer names are cut. */
export const MAX_ROOM_NAME = 100;

/** No letters or digits that look alike: 32 of them, so that a byte picks one evenly. */
const ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789";
const GROUPS = 3;
const GROUP_LENGTH = 4;

/** The name in an address's fragment; empty when there is none. */
export function roomNameIn(fragment: string): string {
  const encoded = fragment.replace(/^#/, "");
  try {
    return tidyRoomName(decodeURIComponent(encoded));
  } catch {
    return tidyRoomName(encoded); // somebody typed a % of their own
  }
}

/** The fragment of a room's address. */
export function fragmentOf(roomName: string): string {
  return `#${encodeURIComponent(roomName)}`;
}

/** A name that nobody guesses, of 60 random bits, fit to be read out. */
export function drawRoomName(
  fillRandom: (bytes: Uint8Array<ArrayBuffer>) => void = (bytes) =>
    crypto.getRandomValues(bytes),
): string {
  const bytes = new Uint8Array(GROUPS * GROUP_LENGTH);
  fillRandom(bytes);
  const letters = [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length]);
  return Array.from(
    { length: GROUPS },
    (_, i) => letters.slice(i * GROUP_LENGTH, (i + 1) * GROUP_LENGTH).join(""),
  ).join("-");
}

/** A name as it is used: what surrounds it does not count. */
export function tidyRoomName(name: string): string {
  return name.trim().slice(0, MAX_ROOM_NAME);
}
