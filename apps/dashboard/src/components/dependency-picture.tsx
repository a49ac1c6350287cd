import type { AppState } from '@device-supervisor/api-client';
import { layoutGraph, type GraphNode } from '../model/layout-graph.ts';
import { isCrashing } from '../model/summarise-device.ts';

const BOX = { width: 132, height: 40, gapX: 56, gapY: 18, margin: 8 } as const;

/** Which service needs which, as a picture and, for screen readers, as sentences. */
export function DependencyPicture({ app }: { readonly app: AppState }) {
  const dependencies = new Map(app.services.map(({ name, dependsOn }) => [name, dependsOn]));
  const { nodes, edges, layers, rows } = layoutGraph(dependencies);
  const places = new Map(nodes.map((node) => [node.name, placeOf(node)]));
  const width = layers * BOX.width + Math.max(0, layers - 1) * BOX.gapX + 2 * BOX.margin;
  const height = rows * BOX.height + Math.max(0, rows - 1) * BOX.gapY + 2 * BOX.margin;
  const description =
    edges.length === 0
      ? 'No service depends on another'
      : edges.map(({ from, to }) => `${from} depends on ${to}`).join(', ');
  return (
    <div class="picture" tabIndex={0} role="region" aria-label={`Dependencies of ${app.name}`}>
      <svg viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img" aria-label={description}>
        {edges.map(({ from, to }) => (
          <path key={`${from} ${to}`} class="edge" d={curve(places.get(to), places.get(from))} />
        ))}
        {nodes.map((node) => (
          <Node key={node.name} node={node} tone={toneOf(app, node.name)} />
        ))}
      </svg>
    </div>
  );
}

function Node({ node, tone }: { readonly node: GraphNode; readonly tone: string }) {
  const { x, y } = placeOf(node);
  const text = node.name.length > 14 ? `${node.name.slice(0, 13)}…` : node.name;
  return (
    <g class={`node ${tone}`}>
      <rect x={x} y={y} width={BOX.width} height={BOX.height} rx={9} />
      <circle cx={x + 16} cy={y + BOX.height / 2} r={4.5} />
      <text x={x + 29} y={y + BOX.height / 2 + 4.5}>
        {text}
      </text>
    </g>
  );
}

interface Point {
  readonly x: number;
  readonly y: number;
}

function placeOf({ layer, row }: GraphNode): Point {
  return { x: BOX.margin + layer * (BOX.width + BOX.gapX), y: BOX.margin + row * (BOX.height + BOX.gapY) };
}

/** From the right side of one box to the left side of another. */
function curve(from: Point | undefined, to: Point | undefined): string {
  if (from === undefined || to === undefined) return '';
  const start = { x: from.x + BOX.width, y: from.y + BOX.height / 2 };
  const end = { x: to.x, y: to.y + BOX.height / 2 };
  const bend = Math.max(20, (end.x - start.x) / 2);
  return `M${start.x} ${start.y}C${start.x + bend} ${start.y} ${end.x - bend} ${end.y} ${end.x} ${end.y}`;
}

function toneOf({ services }: AppState, name: string): string {
  const own = services.filter((one) => one.name === name);
  if (own.some(isCrashing)) return 'bad';
  if (own.some(({ health }) => health === 'unhealthy')) return 'bad';
  return own.every(({ status }) => status === 'Running')
    ? 'good'
    : own.some(({ status }) => status === 'exited')
      ? 'idle'
      : 'busy';
}
