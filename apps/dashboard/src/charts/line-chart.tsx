import { formatDuration } from '../model/format.ts';
import { shareOf } from './share-of.ts';

export interface ChartPoint {
  readonly time: number;
  /** `null`: not known then. */
  readonly value: number | null;
}

interface LineChartProps {
  readonly points: readonly ChartPoint[];
  /** The right end, in milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds from the left end to the right. */
  readonly span: number;
  /** Upper end; the largest value counts where it is higher. */
  readonly top: number;
  readonly label: string;
  readonly format: (value: number) => string;
}

const WIDTH = 600;
const HEIGHT = 120;
/** Milliseconds without a sample after which the line is interrupted. */
const GAP = 45_000;

/** One value over time. */
export function LineChart({ points, now, span, top, label, format }: LineChartProps) {
  const known = points.flatMap(({ time, value }) => (value === null ? [] : [{ time, value }]));
  const highest = Math.max(top, ...known.map(({ value }) => value));
  const x = (time: number): number => WIDTH - ((now - time) / span) * WIDTH;
  const y = (value: number): number => HEIGHT - shareOf(value, highest) * (HEIGHT - 4);
  const runs = runsOf(known);
  const last = known.at(-1);
  return (
    <figure class="chart">
      <figcaption>
        <span>{label}</span>
        <strong>{last === undefined ? '–' : format(last.value)}</strong>
      </figcaption>
      <div class="plot">
        <svg
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-label={describe(label, known, format)}
        >
          {[0.25, 0.5, 0.75].map((share) => (
            <line key={share} class="grid" x1="0" x2={WIDTH} y1={HEIGHT * share} y2={HEIGHT * share} />
          ))}
          {runs.map((run) => {
            const line = run.map(({ time, value }) => `${round(x(time))} ${round(y(value))}`).join('L');
            const [first] = run;
            const end = run.at(-1);
            if (first === undefined || end === undefined) return null;
            return (
              <g key={first.time}>
                <path class="area" d={`M${round(x(first.time))} ${HEIGHT}L${line}L${round(x(end.time))} ${HEIGHT}Z`} />
                <path class="line" d={`M${line}`} />
                {run.length === 1 && <circle class="point" cx={x(first.time)} cy={y(first.value)} r="3" />}
              </g>
            );
          })}
        </svg>
        <span class="top-value" aria-hidden="true">
          {format(highest)}
        </span>
      </div>
      <div class="axis" aria-hidden="true">
        <span>{formatDuration(span)} ago</span>
        <span>now</span>
      </div>
    </figure>
  );
}

interface KnownPoint {
  readonly time: number;
  readonly value: number;
}

function runsOf(points: readonly KnownPoint[]): KnownPoint[][] {
  const runs: KnownPoint[][] = [];
  for (const point of points) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run === undefined || before === undefined || point.time - before.time > GAP) runs.push([point]);
    else run.push(point);
  }
  return runs;
}

function describe(label: string, points: readonly KnownPoint[], format: (value: number) => string): string {
  const values = points.map(({ value }) => value);
  const last = values.at(-1);
  if (last === undefined) return `${label}: nothing is known yet`;
  return `${label}: ${format(last)} now, between ${format(Math.min(...values))} and ${format(Math.max(...values))} before`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
