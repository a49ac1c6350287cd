import { appOf } from '../../access.ts';
import { UnauthorizedError } from '../../errors.ts';
import { TEXT_OK } from '../../schema/answers.ts';
import { Flag, Nothing } from '../../schema/inputs.ts';
import type { RouteDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';
import * as z from 'zod';

/** Routes about the supervisor itself. */
export function supervisorRoutes({ device, keys, lookForTarget }: RouteDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/ping',
      subject: 'Supervisor',
      scope: 'none',
      summary: 'Whether the supervisor answers',
      input: {},
      answers: () => ({ 200: TEXT_OK }),
      handle: ({ context }) => context.text('OK'),
    }),
    defineRoute({
      method: 'GET',
      path: '/v1/healthy',
      subject: 'Health',
      scope: 'none',
      summary: 'Whether the supervisor works',
      input: {},
      answers: () => ({ 200: TEXT_OK, 500: { type: 'text', example: 'Unhealthy' } }),
      handle: ({ context }) => (device.health().healthy ? context.text('OK') : context.text('Unhealthy', 500)),
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/regenerate-api-key',
      subject: 'Supervisor',
      scope: 'any-key',
      summary: 'Replaces the key of the request by a new key, and answers the new key',
      input: { body: Nothing },
      answers: () => ({
        200: { type: 'text', example: '480af7bb8a9cf56de8a1e295f0d50e6b3bb46676aaddbf4103aa43cb57039364' },
      }),
      handle({ context }) {
        // A key is necessary also where the other routes need none: it is the one to replace.
        const key = context.get('key');
        const replacement = key === undefined ? null : keys.regenerate(key);
        if (replacement === null) throw new UnauthorizedError();
        return context.text(replacement);
      },
    }),
    defineRoute({
      method: 'POST',
      path: '/v1/update',
      subject: 'Target',
      scope: 'any-key',
      summary:
        'Looks for a new target and applies it, without waiting for that; with the key of a service, force and cancel are about its own app alone',
      input: {
        body: UpdateRequest,
      },
      answers: () => ({ 202: { type: 'empty' }, 204: { type: 'empty' } }),
      async handle({ input: { body }, access, context }) {
        const appId = appOf(access);
        if (!body.force && !body.cancel && ignoresTriggers(device.target().config)) return context.body(null, 202);
        await device.update({ ...body, appId });
        if (!body.cancel) lookForTarget?.({ force: body.force, appId });
        return context.body(null, 204);
      },
    }),
  ];
}

const UpdateRequest = z
  .object({
    force: Flag.meta({ description: 'Take update locks also from services that hold them' }),
    cancel: Flag.meta({ description: 'Cancel the apply that is running' }),
  })
  .meta({ id: 'UpdateRequest', examples: [{ force: false }] });

/** The cloud's setting that a device looks for updates at its own times only. */
function ignoresTriggers(config: Readonly<Record<string, string>>): boolean {
  return ['0', 'false', 'off'].includes(config['SUPERVISOR_INSTANT_UPDATE_TRIGGER']?.toLowerCase() ?? '');
}
