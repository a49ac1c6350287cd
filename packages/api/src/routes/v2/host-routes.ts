import type { AppState } from '@device-supervisor/device';
import { SupervisorError } from '@device-supervisor/errors';
import * as z from 'zod';
import { visibleState, type Access } from '../../access.ts';
import { InvalidRequestError } from '../../errors.ts';
import type { JournalRequest } from '../../ports.ts';
import { json, success } from '../../schema/answers.ts';
import { Flag } from '../../schema/inputs.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';
import { beginStream } from './begin-stream.ts';

/** Routes about what lies on the host: volumes and the journal. */
export function hostRoutes({ device, host, onError }: RouteDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v2/cleanup-volumes',
      subject: 'Host',
      scope: 'app',
      acts: true,
      summary: 'Removes volumes that nothing refers to any more, with all their data',
      input: {},
      answers: () => ({ 200: json(success({})) }),
      failures: { 423: 'json', 503: 'json' },
      async handle({ access, context }) {
        await device.removeUnusedVolumes(access.kind === 'app' ? [access.appId] : 'all');
        return context.json({ status: 'success' });
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v2/journal-logs',
      subject: 'Logs',
      scope: 'app',
      summary: "The host's journal as text; for the key of a service without the lines of other apps",
      input: { body: JournalBody },
      answers: () => ({ 200: { type: 'stream', contentType: 'text/plain; charset=UTF-8' } }),
      streams: true,
      failures: { 400: 'json', 503: 'json' },
      async handle({ input: { body }, access, context }) {
        const stop = new AbortController();
        const lines = host.journal.stream(
          { ...journalRequest(body), ...visibleLines(visibleState(device.state(), access).apps, access) },
          stop.signal,
        );
        const stream = await beginStream(lines, { stop, ending: context.env.ending, onError }).catch(blameRequest);
        return context.body(stream, 200, { 'content-type': 'text/plain; charset=UTF-8' });
      },
    }),
  ];
}

const Text = z.string('must be a string').nullish();

const JournalBody = z
  .object({
    all: Flag.meta({ description: 'Show fields in full, however long or unprintable' }),
    follow: Flag.meta({ description: 'Follow new lines, until the client disconnects' }),
    count: z
      .union(
        [
          z.int().min(0),
          z
            .string()
            .regex(/^\d{1,9}$/)
            .transform(Number),
        ],
        { error: 'must be a whole number, 0 or more' },
      )
      .nullish()
      .meta({ description: 'The most recent lines only' }),
    unit: Text.meta({ description: 'Of this systemd unit' }),
    containerId: Text.meta({ description: 'Of this container, by its id or tag' }),
    format: Text.meta({ description: 'As `journalctl --output` knows them; the default is `short`' }),
    since: Text.meta({ description: 'As `journalctl --since` takes it' }),
    until: Text.meta({ description: 'As `journalctl --until` takes it' }),
  })
  .meta({ id: 'JournalRequest', examples: [{ count: 20 }] });

function journalRequest({ all, follow, count, unit, containerId, format, since, until }: z.output<typeof JournalBody>) {
  return {
    all,
    follow,
    ...(count == null ? {} : { lines: count }),
    ...(unit ? { unit } : {}),
    ...(containerId ? (isContainerId(containerId) ? { containerId } : { identifier: containerId }) : {}),
    ...(format ? { format } : {}),
    ...(since ? { since } : {}),
    ...(until ? { until } : {}),
  };
}

/** Only `journalctl` itself knows which times it can read. */
function blameRequest(error: unknown): never {
  const isAboutTime = error instanceof SupervisorError && /failed to parse timestamp/i.test(error.message);
  throw isAboutTime ? new InvalidRequestError('since, until: must be times that journalctl can read', error) : error;
}

function isContainerId(text: string): boolean {
  return /^([0-9a-f]{12}|[0-9a-f]{64})$/.test(text);
}

/**
 * The lines that a service's key reads: those of its app's containers and of the host. Containers write to the journal in
 * its own protocol, so of what comes that way (`_TRANSPORT=journal`) it gets systemd's own lines alone.
 */
function visibleLines(apps: readonly AppState[], access: Access): Pick<JournalRequest, 'matches'> {
  if (access.kind === 'global') return {};
  const containers = apps.flatMap(({ services }) => services.flatMap(({ containerId }) => containerId ?? []));
  return {
    matches: [
      ...['kernel', 'syslog', 'stdout', 'audit', 'driver'].map((transport) => ({ _TRANSPORT: transport })),
      { _TRANSPORT: 'journal', _COMM: 'systemd' },
      ...containers.map((id) => ({ CONTAINER_ID_FULL: id })),
    ],
  };
}
