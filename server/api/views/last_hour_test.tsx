import { assertEquals, assertStringIncludes } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import type { LoadPoint } from "../../load/load_history.ts";
import { LastHour } from "./last_hour.tsx";

const IDLE = { ageSeconds: 0, height: 16, cpu: 0, memory: 0, streams: 0 };

function show(now: Partial<LoadPoint>, points: LoadPoint[] = []): string {
  return renderToString(
    <LastHour
      points={points}
      now={{ ...IDLE, ...now }}
      idleWork={2 ** 16}
      maxStreams={20_000}
      rooms={1}
    />,
  );
}

function scaleOf(html: string): string[] {
  return [
    ...html.matchAll(/class="scale"[^>]*><span>(.*?)<\/span><span>(.*?)</g),
  ]
    .map(([, high, low]) => `${low} to ${high}`);
}

Deno.test("a node that has just started shows what is so now", () => {
  const html = show({});
  assertStringIncludes(html, "the idle price");
  assertStringIncludes(html, "lowest 0, highest 0, now 0.");
  assertStringIncludes(html, "1 active room<");
});

Deno.test("scales end at round numbers that hold every value", () => {
  const before = { ...IDLE, ageSeconds: 900, height: 19.2, streams: 21 };
  assertEquals(scaleOf(show({}, [before])), [
    "16 to 20",
    "0 to 100 %",
    "0 to 50",
  ]);
  assertEquals(scaleOf(show({ height: 15.5, streams: 20 })), [
    "15 to 16",
    "0 to 100 %",
    "0 to 20",
  ]);
});

Deno.test("the curves are told in words too", () => {
  const before = { ...IDLE, ageSeconds: 900, height: 19.2, cpu: 0.5 };
  const html = show({ cpu: 0.1, height: 18 }, [before]);
  assertStringIncludes(
    html,
    "lowest 18.00 bits, highest 19.20 bits, now 18.00 bits.",
  );
  assertStringIncludes(html, "Processor: lowest 10 %, highest 50 %, now 10 %.");
  assertStringIncludes(html, "4.0 times the idle price");
});
