import { plainText, type Format, type Span } from '@device-supervisor/views';
import { detailOf, type Phase } from './phase.ts';

const WORDS: Readonly<Record<Phase['kind'], string>> = {
  waiting: 'waiting',
  building: 'building',
  downloading: 'downloading',
  installing: 'installing',
  starting: 'starting',
  checking: 'checking health',
  stopping: 'stopping',
  retrying: 'trying again',
  running: 'running',
  healthy: 'healthy',
  completed: 'completed',
  unhealthy: 'unhealthy',
  failed: 'failed',
  blocked: 'waiting',
};

/** The word for a phase. */
export function wordOf({ kind }: Phase): string {
  return WORDS[kind];
}

/** A phase as text: the word, and what there is to say besides. */
export function formatPhase(phase: Phase): string {
  const detail = detailOf(phase);
  return detail === '' ? wordOf(phase) : `${wordOf(phase)} (${plainText(detail)})`;
}

export function colourOf({ kind }: Phase): Format {
  switch (kind) {
    case 'running':
    case 'healthy':
    case 'completed':
      return 'green';
    case 'failed':
    case 'unhealthy':
      return 'red';
    case 'blocked':
    case 'retrying':
      return 'yellow';
    case 'waiting':
      return 'dim';
    default:
      return 'cyan';
  }
}

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const WORD_WIDTH = Math.max(...Object.values(WORDS).map((word) => word.length));
/** Characters of the bar that shows a download. */
const BAR_WIDTH = 20;

/**
 * A line of the live block.
 *
 * @param tick counts up with each drawing
 */
export function phaseLine(name: { readonly text: string; readonly width: number }, phase: Phase, tick: number): Span[] {
  const format = colourOf(phase);
  const detail = plainText(detailOf(phase));
  return [
    { text: `  ${symbolOf(phase, tick)} `, format },
    { text: `${name.text.padEnd(name.width)}  ` },
    { text: `${wordOf(phase).padEnd(WORD_WIDTH)}  `, format },
    ...(phase.kind === 'downloading' && phase.percent !== null ? bar(phase.percent) : []),
    { text: detail, format: 'dim' },
  ];
}

function symbolOf({ kind }: Phase, tick: number): string {
  switch (kind) {
    case 'running':
    case 'healthy':
    case 'completed':
      return '✔';
    case 'failed':
    case 'unhealthy':
      return '✖';
    case 'blocked':
    case 'retrying':
      return '!';
    case 'waiting':
      return '·';
    default:
      return SPINNER[tick % SPINNER.length] ?? '·';
  }
}

function bar(percent: number): Span[] {
  const full = Math.round((Math.min(100, Math.max(0, percent)) / 100) * BAR_WIDTH);
  return [
    { text: '█'.repeat(full), format: 'cyan' },
    { text: '░'.repeat(BAR_WIDTH - full), format: 'dim' },
    { text: ' ' },
  ];
}
