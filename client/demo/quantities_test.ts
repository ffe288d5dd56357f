import { assertEquals } from "@std/assert";
import { formatBytes, formatCountOf, formatDuration } from "./quantities.ts";

Deno.test("bytes change their unit before they get long", () => {
  assertEquals(
    [0, 999, 1000, 9949, 9950, 999_499, 999_500, 5_242_880, 3e9, 5e12]
      .map(formatBytes),
    [
      ...["0 bytes", "999 bytes", "1.0 kB", "9.9 kB", "10 kB", "999 kB"],
      ...["1.0 MB", "5.2 MB", "3.0 GB", "5000 GB"],
    ],
  );
});

Deno.test("durations are in milliseconds below a second", () => {
  assertEquals(
    [0.04, 9.94, 9.95, 999.4, 999.5, 61_000].map(formatDuration),
    ["0.0 ms", "9.9 ms", "10 ms", "999 ms", "1.0 s", "61.0 s"],
  );
});

Deno.test("one is singular", () => {
  assertEquals(
    [0, 1, 2, 12_345].map((count) => formatCountOf(count, "post")),
    ["0 posts", "1 post", "2 posts", "12,345 posts"],
  );
});
