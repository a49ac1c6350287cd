import type { DeviceEvent } from '@device-supervisor/api-client';
import { formatAge, subjectOf } from './format-state.ts';
import { plainText } from './format-table.ts';
import type { Format, Paint } from './paint.ts';

/** An event as one line, without its time. */
export function formatEvent(event: DeviceEvent, paint: Paint): string {
  const { word, format, text } = describe(event);
  return `${paint(format, word.padEnd(WIDTH))}  ${plainText(text)}`.trimEnd();
}

const WIDTH = 'disconnected'.length;

interface Description {
  readonly word: string;
  readonly format: Format;
  readonly text: string;
}

function describe({ event, data }: DeviceEvent): Description {
  switch (event) {
    case 'operation-started':
      return { word: 'started', format: 'cyan', text: `${nameOf(data)} ← ${data.cause}` };
    case 'operation-progress':
      return { word: 'progress', format: 'dim', text: `${nameOf(data)} ${data.percent} %` };
    case 'operation-finished': {
      const { result, error, retryIn } = data;
      const again = retryIn === null ? '' : `; tried again in ${formatAge(retryIn)}`;
      const why = error === undefined ? '' : `: ${error.message}${error.hint === undefined ? '' : ` (${error.hint})`}`;
      const format = result === 'done' ? 'green' : result === 'failed' ? 'red' : 'yellow';
      return { word: result, format, text: `${nameOf(data)}${why}${again}` };
    }
    case 'state-changed':
      return { word: 'state', format: 'dim', text: 'changed' };
    case 'blocked':
      return { word: 'waits', format: 'yellow', text: `${subjectOf(data)}: ${data.message} (${data.reason})` };
    case 'notice':
      return { word: 'no effect', format: 'yellow', text: `${subjectOf(data)}: ${data.field}: ${data.reason}` };
    case 'settled':
      return { word: 'settled', format: 'green', text: data.changed ? 'at its target' : 'nothing to do' };
    case 'reboot':
      return {
        word: 'reboot',
        format: 'yellow',
        text: `${data.phase === 'begins' ? 'begins' : 'is to come'}: ${data.reasons.join(', ')}`,
      };
    case 'engine-connected':
      return { word: 'engine', format: 'green', text: 'connected' };
    case 'engine-lost':
      return { word: 'engine', format: 'red', text: `lost: ${data.error.message}` };
    case 'fault':
      return { word: 'fault', format: 'red', text: `${data.error.message} (${data.error.code})` };
    case 'gap':
      return { word: 'gap', format: 'yellow', text: `${data.missed ?? 'an unknown number of'} events are lost` };
  }
}

function nameOf({ kind, ...about }: { kind: string; appId: number | null; service: string | null }): string {
  return `${kind} ${subjectOf(about)}`;
}
