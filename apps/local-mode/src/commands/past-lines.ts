import { dataOf, type LogLine, type ServiceState } from '@device-supervisor/api-client';
import { createEngine } from '@device-supervisor/engine';
import * as z from 'zod';
import type { Context } from './context.ts';
import type { LogOptions } from './logs.ts';

type Range = Pick<LogOptions, 'since' | 'tail'>;

/**
 * The lines that the containers of services have written, oldest first: from the engine of this machine, or from the
 * journal of a device.
 */
export async function readPastLines(
  context: Context,
  services: readonly ServiceState[],
  range: Range,
): Promise<readonly LogLine[]> {
  const withContainer = services.flatMap(({ name, containerId }) =>
    containerId === null ? [] : [{ name, containerId }],
  );
  const read = context.target.session === null ? readJournal : readEngine;
  const lines = await Promise.all(withContainer.map(async (service) => await read(context, service, range)));
  return lines.flat().toSorted((one, other) => (one.timestamp ?? 0) - (other.timestamp ?? 0));
}

interface ServiceContainer {
  readonly name: string;
  readonly containerId: string;
}

async function readEngine(
  { target, signal }: Context,
  { name: serviceName, containerId }: ServiceContainer,
  { since, tail }: Range,
): Promise<LogLine[]> {
  await using engine = createEngine({ endpoint: target.engineEndpoint });
  const range = { follow: false, ...(since === null ? {} : { since }), ...(Number.isFinite(tail) ? { tail } : {}) };
  const lines: LogLine[] = [];
  for await (const { line: message, stream, timestamp } of engine.containerLogs(containerId, range, signal)) {
    lines.push({ message, timestamp, serviceName, ...(stream === 'stderr' ? { isStdErr: true } : {}) });
  }
  return lines;
}

/** The fields of a journal entry that make a line; a message that is no text comes as bytes. */
const JournalEntry = z.object({
  MESSAGE: z.union([z.string(), z.array(z.number())]),
  __REALTIME_TIMESTAMP: z.coerce.number(),
  PRIORITY: z.string().optional(),
});

/** Priority of lines on standard error, as the engine writes it. */
const ERROR = '3';

async function readJournal(
  { client }: Context,
  { name: serviceName, containerId }: ServiceContainer,
  { since, tail }: Range,
): Promise<LogLine[]> {
  const body = {
    containerId,
    format: 'json',
    all: true,
    ...(since === null ? {} : { since: `@${(since / 1000).toFixed(3)}` }),
    // With a time, `journalctl` counts from it on, and leaves out the newest lines.
    ...(Number.isFinite(tail) && since === null ? { count: tail } : {}),
  };
  const entries = await dataOf(client.http.POST('/v2/journal-logs', { body, parseAs: 'text' }));
  const lines = entries.split('\n').flatMap((line): LogLine[] => {
    if (line === '') return [];
    const { MESSAGE, __REALTIME_TIMESTAMP, PRIORITY } = JournalEntry.parse(JSON.parse(line));
    const text = typeof MESSAGE === 'string' ? MESSAGE : Buffer.from(MESSAGE).toString();
    // Services have a terminal unless they say otherwise, and it ends each line with a carriage return.
    const message = text.replace(/\r$/, '');
    const timestamp = Math.floor(__REALTIME_TIMESTAMP / 1000);
    return [{ message, timestamp, serviceName, ...(PRIORITY === ERROR ? { isStdErr: true as const } : {}) }];
  });
  return lines.slice(Math.max(0, lines.length - tail));
}
