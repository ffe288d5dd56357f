/** Numbers as people read them. */

/** A height: `16.00 bits`. */
export function formatHeight(height: number): string {
  return `${height.toFixed(2)} bits`;
}

/** What a height takes: `65,536 hashes on average`. */
export function formatWork(height: number): string {
  return `${formatCount(Math.round(2 ** height))} hashes on average`;
}

/** A share of 0..1: `93 %`. */
export function formatShare(share: number): string {
  return `${Math.round(share * 100)} %`;
}

/** A whole number: `65,536`. */
export function formatCount(count: number): string {
  return count.toLocaleString("en");
}

const BYTES_UNITS = ["bytes", "kB", "MB", "GB", "TB", "PB"] as const;

/** An amount of data: `0 bytes`, `1.5 MB`. */
export function formatBytes(bytes: number): string {
  let count = bytes;
  let unit = 0;
  while (count >= 999.95 && unit < BYTES_UNITS.length - 1) {
    count /= 1000;
    unit++;
  }
  return `${unit === 0 ? count : count.toFixed(1)} ${BYTES_UNITS[unit]}`;
}

/** How many times as much: `2.4 times`, `12 times`. */
export function formatRatio(ratio: number): string {
  return `${
    ratio < 10 ? ratio.toFixed(1) : formatCount(Math.round(ratio))
  } times`;
}

/** A number of things: `1 stream`, `2 streams`. */
export function formatCountOf(count: number, singular: string): string {
  return `${formatCount(count)} ${singular}${count === 1 ? "" : "s"}`;
}

const UNITS = [
  { seconds: 86_400, name: "day" },
  { seconds: 3600, name: "hour" },
  { seconds: 60, name: "minute" },
  { seconds: 1, name: "second" },
] as const;

/** A time span in its two largest units: `2 days 3 hours`. */
export function formatDuration(milliseconds: number): string {
  let rest = Math.max(0, Math.floor(milliseconds / 1000));
  const first = UNITS.findIndex(({ seconds }) => rest >= seconds);
  if (first < 0) return "0 seconds";
  const parts: string[] = [];
  for (const { seconds, name } of UNITS.slice(first, first + 2)) {
    const count = Math.floor(rest / seconds);
    rest -= count * seconds;
    if (count > 0) parts.push(formatCountOf(count, name));
  }
  return parts.join(" ");
}
