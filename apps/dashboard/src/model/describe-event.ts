import type { TimelineEntry } from './activity.ts';
import { formatDuration, formatKind } from './format.ts';
import type { Tone } from './summarise-device.ts';

/** An event in words. */
export interface EventText {
  readonly tone: Tone;
  readonly title: string;
  /** Empty: the title says everything. */
  readonly detail: string;
  /** `null`: no service in particular. */
  readonly service: string | null;
}

export function describeEvent(entry: TimelineEntry): EventText {
  switch (entry.event) {
    case 'operation-started': {
      const { kind, service, cause } = entry.data;
      return { tone: 'busy', title: `${formatKind(kind)} begins`, detail: cause, service };
    }
    case 'operation-finished': {
      const { kind, service, cause, result, error, retryIn } = entry.data;
      const retry = retryIn === null ? '' : ` Tried again in ${formatDuration(retryIn)}.`;
      const tone = result === 'done' ? 'good' : result === 'failed' ? 'bad' : 'warn';
      const detail =
        error === undefined ? cause : `${error.message}${error.hint === undefined ? '.' : `. ${error.hint}.`}${retry}`;
      return { tone, title: `${formatKind(kind)} ${result}`, detail, service };
    }
    case 'blocked': {
      const { service, reason, message } = entry.data;
      return { tone: 'warn', title: `Has to wait: ${reason}`, detail: message, service };
    }
    case 'notice': {
      const { service, field, reason } = entry.data;
      return { tone: 'warn', title: `Not applied: ${field}`, detail: reason, service };
    }
    case 'settled':
      return { tone: 'good', title: entry.data.changed ? 'All done' : 'Nothing to do', detail: '', service: null };
    case 'reboot': {
      const { phase, reasons } = entry.data;
      return {
        tone: 'warn',
        title: phase === 'begins' ? 'The device reboots' : 'A reboot is due',
        detail: reasons.join(', '),
        service: null,
      };
    }
    case 'engine-lost':
      return { tone: 'bad', title: 'The container engine is away', detail: entry.data.error.message, service: null };
    case 'engine-connected':
      return { tone: 'good', title: 'The container engine answers', detail: '', service: null };
    case 'fault':
      return { tone: 'bad', title: 'Fault of the supervisor', detail: entry.data.error.message, service: null };
    case 'gap': {
      const { missed } = entry.data;
      const title = missed === null ? 'The supervisor has restarted' : `${missed} events were missed`;
      return { tone: 'idle', title, detail: '', service: null };
    }
  }
}
