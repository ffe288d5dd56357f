import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { renderToString } from "preact-render-to-string";
import { Chart, type ChartProps, type Sample } from "./chart.tsx";

function draw(first: Sample[], more: Partial<ChartProps> = {}): string {
  return renderToString(
    <Chart
      id="load"
      title="Load"
      description="Between 0 and 50 %."
      spanSeconds={3600}
      low={{ value: 0, label: "0 %" }}
      high={{ value: 100, label: "100 %" }}
      first={first}
      {...more}
    />,
  );
}

function curvesOf(html: string): string[] {
  return [...html.matchAll(/<polyline[^>]* points="([^"]*)"/g)]
    .map(([, points]) => points!);
}

Deno.test("a chart without samples has its scale and its words, and no curve", () => {
  const html = draw([]);
  assertEquals(curvesOf(html), []);
  assert(!html.includes("NaN"));
  assertStringIncludes(html, '<title id="load-title">Load</title>');
  assertStringIncludes(html, ">Between 0 and 50 %.</desc>");
  assertStringIncludes(html, "100 %");
  assertStringIncludes(html, "60 min ago");
});

Deno.test("one sample is a dot", () => {
  const html = draw([{ ageSeconds: 0, value: 50 }]);
  assertEquals(curvesOf(html), ["3600,50"]);
  assertStringIncludes(html, 'class="end" x1="3600" x2="3600" y1="50"');
  assert(!html.includes("polygon"));
});

Deno.test("a full hour goes from edge to edge, its level stretches in two points", () => {
  const samples = Array.from({ length: 241 }, (_, i) => ({
    ageSeconds: 3600 - i * 15,
    value: i < 240 ? 0 : 25,
  }));
  assertEquals(curvesOf(draw(samples)), ["0,100 3585,100 3600,75"]);
});

Deno.test("samples outside the scale stay inside the frame", () => {
  const samples = [
    { ageSeconds: 9999, value: -5 },
    { ageSeconds: -1, value: 1e9 },
  ];
  assertEquals(curvesOf(draw(samples)), ["0,100 3600,0"]);
});

Deno.test("a second curve is another kind of line, not only another colour", () => {
  const second = [{ ageSeconds: 60, value: 1 }, { ageSeconds: 0, value: 2 }];
  assertStringIncludes(draw([], { second }), 'class="curve second"');
});
