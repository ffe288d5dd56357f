import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { drawChart } from "./chart.ts";

const x = { name: "load" };

/** echarts sets a timer of 16 ms, which does nothing once the chart is drawn. */
function test(name: string, fn: () => void): void {
  Deno.test({ name, fn, sanitizeOps: false, sanitizeResources: false });
}

test("a chart names its axes and lines, and no name becomes markup", () => {
  const svg = drawChart({
    title: "Waits & <b>prices</b>",
    x,
    y: { name: "wait, s", scale: "log" },
    lines: [{ name: "<script>", points: [[0, 1], [1, 100]] }],
  });
  for (const text of ["Waits &amp; &lt;b&gt;", ">load<", ">wait, s<"]) {
    assertStringIncludes(svg, text);
  }
  assertStringIncludes(svg, ">&lt;script&gt;<");
  assert(svg.startsWith("<svg "));
});

test("what a logarithmic axis cannot show leaves a gap, not a broken line", () => {
  const draw = (...values: number[]) =>
    drawChart({
      title: "t",
      x,
      y: { name: "y", scale: "log" },
      lines: [{ name: "a", points: values.map((y, i) => [i, y] as const) }],
    });
  const pieces = (svg: string) =>
    [...svg.matchAll(/<path d="([^"]*)"[^>]*stroke="#0072b2"/g)]
      .flatMap(([, path]) => path!.match(/M[^M]*L/g) ?? []).length;
  assertEquals(pieces(draw(1, 2, 3, 4, 5)) + 1, pieces(draw(1, 2, 0, 4, 5)));
  assert(!/NaN|Infinity/.test(draw(1, 2, 0, 4, 5)));
});

test("every line keeps its row of the legend, however many there are", () => {
  const lines = Array.from({ length: 20 }, (_, i) => ({
    name: `device ${i}`,
    points: [[0, i], [1, 2 * i]] as const,
  }));
  const svg = drawChart({ title: "t", x, y: { name: "y" }, lines });
  for (const { name } of lines) assertStringIncludes(svg, `>${name}<`);
});
