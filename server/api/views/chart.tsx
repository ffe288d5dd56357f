/** An hour as curves: SVG made here, of classes only, since the page's policy allows no style attribute. */

import type { VNode } from "preact";

/** A value and when it was so. */
export interface Sample {
  readonly ageSeconds: number;
  readonly value: number;
}

/** What to draw. */
export interface ChartProps {
  /** Unique in the page. */
  readonly id: string;
  readonly title: string;
  /** What the curves show, in words. */
  readonly description: string;
  /** How long ago the left edge is. */
  readonly spanSeconds: number;
  /** Ends of the scale, with what is written there. */
  readonly low: { readonly value: number; readonly label: string };
  readonly high: { readonly value: number; readonly label: string };
  /** Drawn solid, with its area. The oldest sample first. */
  readonly first: readonly Sample[];
  /** Drawn dashed. */
  readonly second?: readonly Sample[];
}

const HEIGHT = 100;

/**
 * The curves are stretched to the page's width, their strokes are not; all text
 * is outside the SVG and keeps its size.
 */
export function Chart(props: ChartProps): VNode {
  const { id, title, description, spanSeconds, low, high } = props;
  const place = ({ ageSeconds, value }: Sample): Point => ({
    x: spanSeconds - Math.min(spanSeconds, Math.max(0, ageSeconds)),
    y: HEIGHT - clampShare((value - low.value) / (high.value - low.value)) *
        HEIGHT,
  });
  const curves = [props.first, props.second ?? []]
    .map((samples) => withoutLevelMiddles(samples.map(place)));
  return (
    <div class="plot">
      <svg
        viewBox={`0 0 ${spanSeconds} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-labelledby={`${id}-title ${id}-description`}
      >
        <title id={`${id}-title`}>{title}</title>
        <desc id={`${id}-description`}>{description}</desc>
        {[0, HEIGHT / 2, HEIGHT].map((y) => (
          <line key={y} class="grid" x1="0" x2={spanSeconds} y1={y} y2={y} />
        ))}
        <Area points={curves[0]!} />
        <Curve points={curves[1]!} kind=" second" />
        <Curve points={curves[0]!} kind="" />
      </svg>
      <div class="scale" aria-hidden="true">
        <span>{high.label}</span>
        <span>{low.label}</span>
      </div>
      <div class="times" aria-hidden="true">
        <span>{spanSeconds / 60} min ago</span>
        <span>now</span>
      </div>
    </div>
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** One point makes no line: its end is what is seen of it. */
function Curve(
  { points, kind }: { points: readonly Point[]; kind: string },
): VNode | null {
  const end = points.at(-1);
  if (end === undefined) return null;
  const { x, y } = end;
  return (
    <>
      <polyline class={`curve${kind}`} points={formatPoints(points)} />
      <line class={`end${kind}`} x1={x} x2={x} y1={y} y2={y} />
    </>
  );
}

function Area({ points }: { points: readonly Point[] }): VNode | null {
  if (points.length < 2) return null;
  const [start, end] = [points[0]!, points.at(-1)!];
  const closed = [
    { x: start.x, y: HEIGHT },
    ...points,
    { x: end.x, y: HEIGHT },
  ];
  return <polygon class="area" points={formatPoints(closed)} />;
}

/** Leaves out what lies on a level line between its neighbours: a quiet hour is short. */
function withoutLevelMiddles(points: readonly Point[]): Point[] {
  return points.filter(({ y }, i) =>
    y !== points[i - 1]?.y || y !== points[i + 1]?.y
  );
}

function formatPoints(points: readonly Point[]): string {
  return points.map(({ x, y }) => `${round(x)},${round(y)}`).join(" ");
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

function clampShare(share: number): number {
  return Math.min(1, Math.max(0, share));
}
