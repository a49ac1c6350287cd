import type { ObservedContainer, PublishedPort } from '../engine/observe-containers.ts';
import { colourOf, wordOf } from './format-phase.ts';
import { oneLine, type Paint } from './paint.ts';
import { detailOf, outcomeOf, type Phase } from './phase.ts';

/** Characters of a container's id that are shown. */
const ID_LENGTH = 12;

/** Services, how they are, where they can be reached and which containers they are; below, what is wrong with which. */
export function serviceTable(
  phases: ReadonlyMap<string, Phase>,
  containers: ReadonlyMap<string, ObservedContainer>,
  paint: Paint,
): readonly string[] {
  const rows = [...phases].map(([name, phase]) => {
    const container = containers.get(name);
    return {
      phase,
      cells: [
        name,
        wordOf(phase),
        (container?.ports ?? []).map(formatPort).join(', '),
        container?.id.slice(0, ID_LENGTH) ?? '',
      ],
    };
  });
  const header = ['SERVICE', 'STATUS', 'ADDRESS', 'CONTAINER'];
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map(({ cells }) => cells[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], colour: (cell: string, column: number) => string): string =>
    cells
      .map((cell, column) => colour(cell.padEnd(widths[column] ?? 0), column))
      .join('  ')
      .trimEnd();
  return [
    line(header, (cell) => paint('dim', cell)),
    ...rows.map(({ cells, phase }) =>
      line(cells, (cell, column) => (column === 1 ? paint(colourOf(phase), cell) : cell)),
    ),
    ...[...phases].flatMap(([name, phase]) =>
      outcomeOf(phase) === 'bad' ? [`${paint(colourOf(phase), `${name}:`)} ${oneLine(detailOf(phase))}`] : [],
    ),
  ];
}

/** A TCP port as an address to click on; it may be no web page that answers there. */
function formatPort({ address, port, containerPort, protocol }: PublishedPort): string {
  if (protocol !== 'tcp') return `${address === '' ? '' : `${address}:`}${port}→${containerPort}/${protocol}`;
  const host = address === '' || address === '127.0.0.1' || address === '::1' ? 'localhost' : address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
