import { ServiceNotFoundError, type AppState } from '@device-supervisor/device';
import type { HeldLock } from '@device-supervisor/update-locks';
import * as z from 'zod';
import { seesApp, visibleState, type Access } from '../../access.ts';
import { LockNotFoundError, LockTakenError, OutOfScopeError, UnknownAppError } from '../../errors.ts';
import { json, success } from '../../schema/answers.ts';
import { named } from '../../schema/named.ts';
import type { OwnDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** Routes by which services keep their containers from being stopped: locks that end by themselves. */
export function lockRoutes({ device, locks }: OwnDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v3/locks',
      subject: 'Locks',
      scope: 'app',
      summary: 'The update locks that are held, as files or through this API',
      input: {},
      answers: () => ({ 200: json(success({ locks: z.array(LockAnswer()) })) }),
      failures: { 503: 'json' },
      async handle({ access, context }) {
        const { apps } = visibleState(device.state(), access);
        const held = await Promise.all(
          apps.map(async (app) => {
            const services = new Set(app.services.map(({ name }) => name));
            return (await locks.holders(app.id, [...services])).map((lock) => formatLock(lock, app));
          }),
        );
        return context.json({ status: 'success', locks: held.flat() });
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v3/apps/:uuid/locks/:service',
      subject: 'Locks',
      scope: 'app',
      summary: 'Takes the update lock of a service for a time, or lets one of the same holder last longer',
      input: {
        params: ServiceParams,
        body: LockRequest,
      },
      answers: () => ({ 200: json(success({ lock: LockAnswer() })) }),
      failures: { 400: 'json', 404: 'json', 423: 'json', 503: 'json' },
      handle({ input: { params, body }, access, context }) {
        const app = findApp(device.state().apps, params.uuid, access);
        const { service } = params;
        if (!app.services.some(({ name }) => name === service)) throw new ServiceNotFoundError(app.id, service);
        const { holder, reason, ttlSeconds } = body;
        const result = locks.hold({ appId: app.id, service, holder, reason, timeToLive: ttlSeconds * 1000 });
        if (result.status !== 'held') {
          throw new LockTakenError(service, result.status === 'taken' ? result.terms.holder : null);
        }
        const lock = formatLock({ appId: app.id, service, terms: result.terms }, app);
        return context.json({ status: 'success', lock });
      },
    }),
    defineRoute({
      method: 'DELETE',
      path: '/v3/apps/:uuid/locks/:service',
      subject: 'Locks',
      scope: 'app',
      summary: 'Releases an update lock that was taken through this API',
      input: {
        params: ServiceParams,
        query: z.object({ holder: Words(64).default('api').meta({ description: 'Who took it' }) }),
      },
      answers: () => ({ 200: json(success({})) }),
      failures: { 400: 'json', 404: 'json', 503: 'json' },
      handle({ input: { params, query }, access, context }) {
        const app = findApp(device.state().apps, params.uuid, access);
        const lock = { appId: app.id, service: params.service, holder: query.holder };
        if (locks.release(lock).status !== 'released') throw new LockNotFoundError(lock);
        return context.json({ status: 'success' });
      },
    }),
  ];
}

const ServiceParams = z.object({
  uuid: z.string().meta({ description: 'Uuid of the app', examples: ['0123456789abcdef0123456789abcdef'] }),
  service: z.string().meta({ description: 'Name of the service', examples: ['main'] }),
});

function Words(length: number) {
  return z
    .string('must be a text')
    .max(length, `must have at most ${length} characters`)
    .regex(/^[^\p{Cc}]*$/u, 'must not contain control characters');
}

const LockRequest = z
  .object({
    holder: Words(64).default('api').meta({ description: 'Who takes it; another holder does not get it' }),
    reason: Words(200).default('').meta({ description: 'Shown to clients that wait for the lock' }),
    ttlSeconds: z
      .int('must be a whole number of seconds')
      .min(1, 'must be 1 or more')
      .max(86_400, 'must be 86400 (a day) or less')
      .default(600)
      .meta({ description: 'After so many seconds it ends by itself' }),
  })
  .meta({ id: 'LockRequest', examples: [{ reason: 'a backup runs', ttlSeconds: 600 }] });

const LockAnswer = named('Lock', () =>
  z.strictObject({
    appId: z.int(),
    appUuid: z.string(),
    service: z.string(),
    holder: z.string().nullable().meta({ description: 'null: a lock file; it does not say who made it' }),
    reason: z.string().nullable(),
    expiresAt: z.iso.datetime().nullable().meta({ description: 'null: it lasts until it is removed' }),
  }),
);

function formatLock({ appId, service, terms }: HeldLock, { uuid }: AppState) {
  return {
    appId,
    appUuid: uuid,
    service,
    holder: terms?.holder ?? null,
    reason: terms?.reason ?? null,
    expiresAt: terms === undefined ? null : new Date(terms.expiresAt).toISOString(),
  };
}

/**
 * A service's key does not learn whether another app is there.
 *
 * @throws UnknownAppError, OutOfScopeError
 */
function findApp(apps: readonly AppState[], uuid: string, access: Access): AppState {
  const app = apps.find((one) => one.uuid === uuid && seesApp(access, one.id));
  if (app !== undefined) return app;
  throw access.kind === 'global' ? new UnknownAppError(uuid) : new OutOfScopeError();
}
