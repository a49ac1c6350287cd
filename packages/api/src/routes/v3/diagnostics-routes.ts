import { createArchive } from '../../diagnostics/create-archive.ts';
import { createSecretMask, type SecretMask } from '../../diagnostics/mask-secrets.ts';
import { readPart, type Part } from '../../diagnostics/read-part.ts';
import { Nothing } from '../../schema/inputs.ts';
import type { OwnDependencies } from '../dependencies.ts';
import { defineRoute, type Route, type RouteContext } from '../route.ts';

/** Milliseconds for one file of the archive: a part of the device that hangs must not keep the others out. */
const PART_TIMEOUT = 60_000;
const JOURNAL_LINES = 5_000;

/** The files of the archive and the requests of this API that answer them, the first page first. */
const PARTS: readonly (readonly [name: string, path: string, body?: object])[] = [
  ['health.json', '/v3/health/detail'],
  ['device.json', '/v3/device'],
  ['state.json', '/v3/state'],
  ['plan.json', '/v3/plan'],
  ['events.txt', '/v3/events?follow=false'],
  ['target.json', '/v2/local/target-state'],
  ['host-config.json', '/v1/device/host-config'],
  ['locks.json', '/v3/locks'],
  ['metrics.txt', '/v3/metrics'],
  ['usage.json', '/v3/usage'],
  ['vpn.json', '/v2/device/vpn'],
  ['journal.txt', '/v2/journal-logs', { count: JOURNAL_LINES }],
];

/** The device in one file, for those who help from elsewhere. */
export function diagnosticsRoutes({ device, facts, ask, onError }: OwnDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'POST',
      path: '/v3/diagnostics',
      subject: 'Health',
      scope: 'global',
      summary: 'An archive (.tar.gz, at most 26 MB before compression) that describes the device, without its secrets',
      input: { body: Nothing },
      answers: () => ({ 200: { type: 'stream', contentType: 'application/gzip' } }),
      streams: true,
      handle({ context }) {
        const mask = createSecretMask(device, context.get('key') ?? '');
        const time = new Date();
        const folder = `diagnostics-${device.facts.uuid.slice(0, 7)}-${time.toISOString().slice(0, 19).replaceAll(/\D/g, '')}`;
        const archive = createArchive(collect(context, mask), { folder, time, onError });
        return context.body(archive, 200, {
          'content-type': 'application/gzip',
          'content-disposition': `attachment; filename="${folder}.tar.gz"`,
        });
      },
    }),
  ];

  async function* collect(context: RouteContext, mask: SecretMask): AsyncGenerator<Part> {
    for (const [name, path, body] of PARTS) {
      yield await attempt(name, mask, async () => {
        const answer = await ask(inner(context, path, body), context.env);
        return await readPart(name, answer, mask);
      });
    }
    if (facts === undefined) return;
    yield await attempt(
      'facts.json',
      mask,
      async () => await readPart('facts.json', Response.json(await facts()), mask),
    );
  }
}

/** A request as the client could send it, with its key. */
function inner(context: RouteContext, path: string, body: object | undefined): Request {
  const key = context.get('key');
  return new Request(new URL(path, context.req.url), {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      host: context.req.header('host') ?? '',
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    signal: AbortSignal.any([context.req.raw.signal, AbortSignal.timeout(PART_TIMEOUT)]),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

/** A part that fails says why in the list, and the others are there. */
async function attempt(name: string, mask: SecretMask, read: () => Promise<Part>): Promise<Part> {
  const late = AbortSignal.timeout(PART_TIMEOUT);
  const ended = Promise.withResolvers<Part>();
  late.addEventListener('abort', () => ended.resolve({ name, content: '', note: 'it was not there in time' }));
  try {
    return await Promise.race([read(), ended.promise]);
  } catch (error) {
    return { name, content: '', note: mask.text(error instanceof Error ? error.message : String(error)) };
  }
}
