import { dataOf, type DeviceEvent } from '@device-supervisor/api-client';
import { createLogPrinter, formatEvent } from '@device-supervisor/views';
import { EXIT, findAppOf, reportConnection } from '@device-supervisor/views/command-line';
import type { Context } from './context.ts';

/** Events that say nothing to a person: one more follows at once. */
const QUIET: ReadonlySet<DeviceEvent['event']> = new Set(['operation-progress', 'state-changed']);

/** Events that the device keeps; or those from now on. */
export async function events(context: Context, { follow }: { readonly follow: boolean }): Promise<number> {
  const { client, screen, json, signal } = context;
  if (!follow) {
    for await (const event of client.keptEvents({ signal })) print(event);
    return EXIT.done;
  }
  const onConnection = reportConnection(context);
  for await (const event of client.events({ signal, onConnection })) print(event);
  return EXIT.interrupted;

  function print(event: DeviceEvent): void {
    if (json) return screen.print(JSON.stringify(event));
    if (QUIET.has(event.event)) return undefined;
    const time = screen.paint('dim', formatTime(event.data.time));
    return screen.print(`${time}  ${formatEvent(event, screen.paint)}`);
  }
}

/** As the journal writes it, e.g. `Nov 24 06:10:00`, in the time of this machine. */
function formatTime(milliseconds: number): string {
  const parts = { month: 'short', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit' } as const;
  return new Date(milliseconds).toLocaleString('en-US', { ...parts, hourCycle: 'h23' }).replace(',', '');
}

export interface LogOptions {
  readonly follow: boolean;
  readonly lines: number;
  readonly app: string | undefined;
}

/** Log lines of services and supervisor from now on; or the end of the host's journal. */
export async function logs(context: Context, service: string | undefined, options: LogOptions): Promise<number> {
  if (!options.follow) return await journal(context, service, options);
  const { client, screen, json, signal } = context;
  if (service !== undefined) await findAppOf(context, service, options.app);
  const printer = createLogPrinter(screen, service === undefined ? [] : [service]);
  for await (const line of client.logs({ signal, onConnection: reportConnection(context) })) {
    if (service !== undefined && line.serviceName !== service) continue;
    if (json) screen.print(JSON.stringify(line));
    else {
      const { message, serviceName = null, isSystem = false, isStdErr = false } = line;
      printer.print({ message, service: serviceName, isSystem, isStdErr });
    }
  }
  return EXIT.interrupted;
}

async function journal(context: Context, service: string | undefined, { lines, app }: LogOptions): Promise<number> {
  const { client, screen, json } = context;
  const owner = service === undefined ? null : await findAppOf(context, service, app);
  const containerId = owner?.services.find(({ name }) => name === service)?.containerId ?? undefined;
  const body = {
    count: lines,
    ...(containerId === undefined ? {} : { containerId }),
    ...(json ? { format: 'json' } : {}),
  };
  const text = await dataOf(client.http.POST('/v2/journal-logs', { body, parseAs: 'text' }));
  if (text !== '') screen.print(text.trimEnd());
  return EXIT.done;
}
