import { plainText, type Format } from '@device-supervisor/views';
import { EXIT, show } from '@device-supervisor/views/command-line';
import type { CommonOptions } from '../../cli/options.ts';
import type { Place } from '../../run/place.ts';
import type { Check } from './check.ts';
import { checkDevice } from './check-device.ts';
import { checkMachine } from './check-machine.ts';

/** Checks this machine, or a device, and names a remedy for each fault. Changes nothing. @returns exit code */
export async function doctor(place: Place, options: CommonOptions): Promise<number> {
  const { screen } = place;
  const checks = options.device === null ? await checkMachine(options, place) : await checkDevice(options, place);
  show({ screen, json: options.json }, { checks }, () => checks.flatMap((check) => describe(check, screen)));
  return checks.some(({ status }) => status === 'failed') ? EXIT.unhealthy : EXIT.done;
}

const MARKS: Readonly<Record<Check['status'], { readonly mark: string; readonly format: Format }>> = {
  ok: { mark: '✔', format: 'green' },
  warning: { mark: '!', format: 'yellow' },
  failed: { mark: '✖', format: 'red' },
};

function describe({ name, status, message, remedy }: Check, { paint }: Place['screen']): readonly string[] {
  const { mark, format } = MARKS[status];
  const line = `${paint(format, mark)} ${name.padEnd(WIDTH)}  ${plainText(message)}`;
  return remedy === null ? [line] : [line, `  ${' '.repeat(WIDTH)}  remedy: ${plainText(remedy)}`];
}

const WIDTH = 'permissions'.length;
