/** Lines over an x axis, as the text of an SVG file. */

import { init } from "echarts";

/** One line. */
export interface ChartLine {
  readonly name: string;
  /** x and y; what a logarithmic axis cannot show (0 and below) is a gap. */
  readonly points: readonly (readonly [number, number])[];
  /** Lines of one number have one colour. Default: its place among the lines. */
  readonly color?: number;
  readonly isDashed?: boolean;
}

/** One axis. */
export interface ChartAxis {
  /** With its unit. */
  readonly name: string;
  readonly scale?: "linear" | "log";
  /** Default: what the points need. */
  readonly from?: number;
  readonly to?: number;
  /** Label of a tick. Default: the number. */
  readonly format?: (value: number) => string;
}

/** What is drawn. */
export interface Chart {
  readonly title: string;
  readonly x: ChartAxis;
  readonly y: ChartAxis;
  readonly lines: readonly ChartLine[];
}

/** Okabe and Ito's, told apart by the colour-blind; without yellow, which is lost on white. */
const PALETTE = [
  "#0072b2",
  "#d55e00",
  "#009e73",
  "#cc79a7",
  "#000000",
  "#e69f00",
  "#56b4e9",
];
const INK = "#222222";
const GRID = "#dddddd";
const TOP = 90;
const BELOW_PLOT = 60;
const LEGEND_ROW = 22;

/**
 * Draws on white; the legend, a row a line, comes below the plot. echarts leaves
 * a timer of 16 ms behind, which does nothing.
 */
export function drawChart(
  { title, x, y, lines }: Chart,
  { width = 840, plotHeight = 380 }: { width?: number; plotHeight?: number } =
    {},
): string {
  const legendTop = TOP + plotHeight + BELOW_PLOT;
  const height = legendTop + LEGEND_ROW * lines.length + 10;
  const chart = init(null, null, { renderer: "svg", ssr: true, width, height });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    textStyle: { color: INK },
    title: {
      text: title,
      left: 20,
      top: 14,
      textStyle: {
        fontSize: 17,
        color: INK,
        width: width - 40,
        overflow: "truncate",
      },
    },
    grid: { left: 80, right: 40, top: TOP, height: plotHeight },
    legend: {
      top: legendTop,
      left: 70,
      orient: "vertical",
      itemWidth: 44,
      itemStyle: { opacity: 0 }, // the line alone
      itemGap: LEGEND_ROW - 14,
      textStyle: {
        color: INK,
        fontSize: 13,
        width: width - 160,
        overflow: "truncate",
      },
      data: lines.map(({ name }) => name),
    },
    xAxis: { ...axisOption(x), nameLocation: "middle", nameGap: 34 },
    yAxis: {
      ...axisOption(y),
      nameLocation: "end",
      nameGap: 16,
      nameTextStyle: { align: "left", fontSize: 13, padding: [0, 0, 0, -56] },
    },
    series: lines.map((line, i) => seriesOption(line, { place: i, x, y })),
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

function axisOption({ name, scale = "linear", from, to, format }: ChartAxis) {
  return {
    type: scale === "log" ? "log" : "value",
    name,
    ...(from === undefined ? {} : { min: from }),
    ...(to === undefined ? {} : { max: to }),
    nameTextStyle: { fontSize: 13 },
    axisLine: { show: true, onZero: false, lineStyle: { color: INK } },
    axisLabel: {
      color: INK,
      fontSize: 12,
      ...(format === undefined ? {} : { formatter: format }),
    },
    splitLine: { lineStyle: { color: GRID } },
  } as const;
}

function seriesOption(
  { name, points, color, isDashed = false }: ChartLine,
  { place, x, y }: { place: number; x: ChartAxis; y: ChartAxis },
) {
  const ink = PALETTE[(color ?? place) % PALETTE.length]!;
  return {
    type: "line",
    name,
    data: points.map(([at, value]) => [shown(at, x), shown(value, y)]),
    showSymbol: false,
    itemStyle: { color: ink },
    lineStyle: { color: ink, width: 2.2, type: isDashed ? "dashed" : "solid" },
  } as const;
}

/** "-" is a gap to echarts. */
function shown(value: number, { scale }: ChartAxis): number | "-" {
  const isShown = Number.isFinite(value) && (scale !== "log" || value > 0);
  return isShown ? value : "-";
}
