import type { ObservedContainer, PublishedPort } from '../engine/observe-containers.ts';
import { colourOf, wordOf } from './format-phase.ts';
import { formatTable, plainText, type Paint } from '@device-supervisor/views';
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
    return [
      name,
      { text: wordOf(phase), format: colourOf(phase) },
      (container?.ports ?? []).map(formatPort).join(', '),
      container?.id.slice(0, ID_LENGTH) ?? '',
    ];
  });
  return [
    ...formatTable(['SERVICE', 'STATUS', 'ADDRESS', 'CONTAINER'], rows, paint),
    ...[...phases].flatMap(([name, phase]) =>
      outcomeOf(phase) === 'bad' ? [`${paint(colourOf(phase), `${name}:`)} ${plainText(detailOf(phase))}`] : [],
    ),
  ];
}

/** A TCP port as an address to click on; it may be no web page that answers there. */
function formatPort({ address, port, containerPort, protocol }: PublishedPort): string {
  if (protocol !== 'tcp') return `${address === '' ? '' : `${address}:`}${port}→${containerPort}/${protocol}`;
  const host = address === '' || address === '127.0.0.1' || address === '::1' ? 'localhost' : address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
