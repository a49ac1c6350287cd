import { dataOf, type LogLine, type ServiceState } from '@device-supervisor/api-client';
import { formatError } from '@device-supervisor/errors';
import { createLogPrinter, plainText } from '@device-supervisor/views';
import { EXIT, reportConnection } from '@device-supervisor/views/command-line';
import { isRunning } from '../session/process-identity.ts';
import { inPlainWords, type Context } from './context.ts';
import { readPastLines } from './past-lines.ts';
import { requireServices } from './ps.ts';

export interface LogOptions {
  readonly follow: boolean;
  /** Milliseconds since the epoch; older lines are left out. */
  readonly since: number | null;
  /** Number of the newest lines of each service; infinite: all. */
  readonly tail: number;
}

/**
 * Prints what services have written, and with `follow` what they write from then on, each line once.
 *
 * @param services all, and the supervisor itself, when empty
 * @returns exit code
 */
export async function logs(context: Context, services: readonly string[], options: LogOptions): Promise<number> {
  const { apps } = await dataOf(context.client.http.GET('/v3/state'));
  const known = apps.flatMap((app) => app.services);
  const names = known.map(({ name }) => name);
  requireServices(services, names);
  const chosen = services.length === 0 ? known : known.filter(({ name }) => services.includes(name));
  const print = linePrinter(
    context,
    chosen.map(({ name }) => name),
  );
  const live = options.follow ? await openLive(context) : null;
  const past =
    live === null ? await readPastLines(context, chosen, options) : await pastUnlessAbsent(context, chosen, options);
  for (const line of past) print(line);
  if (live === null) return EXIT.done;
  const isNew = withoutRepeats(past);
  for await (const line of live.lines) {
    if (services.length > 0 && !services.includes(line.serviceName ?? '')) continue;
    if (isNew(line)) print(line);
  }
  return context.signal.aborted ? EXIT.interrupted : EXIT.done;
}

/** A device may keep no lines; those to come are shown anyway. */
async function pastUnlessAbsent(
  context: Context,
  services: readonly ServiceState[],
  options: LogOptions,
): Promise<readonly LogLine[]> {
  try {
    return await readPastLines(context, services, options);
  } catch (error) {
    context.signal.throwIfAborted();
    const reason = formatError(inPlainWords(error, context.target.shownAddress));
    context.notes.write(`! earlier lines are not available: ${plainText(reason)}\n`);
    return [];
  }
}

function linePrinter({ screen, json }: Context, services: readonly string[]): (line: LogLine) => void {
  if (json) return (line) => screen.print(JSON.stringify(line));
  const printer = createLogPrinter(screen, services);
  return ({ message, serviceName = null, isSystem = false, isStdErr = false }) =>
    printer.print({ message, service: serviceName, isSystem, isStdErr });
}

/** The stream of lines from now on, which is open once this resolves. It ends with the session on this machine. */
async function openLive(context: Context): Promise<{ readonly lines: AsyncIterable<LogLine> }> {
  const { client, target, notes } = context;
  const report = reportConnection(context);
  const over = new AbortController();
  const opened = Promise.withResolvers<void>();
  const endWithSession = async (): Promise<void> => {
    const process = target.session?.supervisor?.process;
    if (process === undefined || (await isRunning(process))) return;
    if (!context.json) notes.write('The supervisor has ended\n');
    over.abort();
  };
  const lines = client.logs({
    signal: AbortSignal.any([context.signal, over.signal]),
    onConnection(news) {
      if (news.connected) opened.resolve();
      else void endWithSession();
      report(news);
    },
  });
  const iterator = lines[Symbol.asyncIterator]();
  const first = iterator.next();
  // A refusal rejects the first line, and the loop over the lines as well.
  await Promise.race([opened.promise, first]);
  return { lines: { [Symbol.asyncIterator]: () => resumed(iterator, first) } };
}

async function* resumed<T>(iterator: AsyncIterator<T>, first: Promise<IteratorResult<T>>): AsyncGenerator<T> {
  for (let next = await first; next.done !== true; next = await iterator.next()) yield next.value;
}

/** Lines that were written while the past was read come twice: from the engine, and over the stream. */
function withoutRepeats(past: readonly LogLine[]): (line: LogLine) => boolean {
  const counts = new Map<string, number>();
  for (const line of past) counts.set(keyOf(line), (counts.get(keyOf(line)) ?? 0) + 1);
  return (line) => {
    const count = counts.get(keyOf(line)) ?? 0;
    if (count === 0) return true;
    counts.set(keyOf(line), count - 1);
    return false;
  };
}

function keyOf({ serviceName = '', timestamp = 0, message }: LogLine): string {
  return `${serviceName} ${timestamp} ${message}`;
}
