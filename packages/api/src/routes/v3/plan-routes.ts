import type { Device } from '@device-supervisor/device';
import {
  decodeTargetStateV2,
  decodeTargetStateV3,
  targetStateV2Schema,
  targetStateV3Schema,
  type TargetState,
} from '@device-supervisor/state';
import * as z from 'zod';
import { seesApp, type Access } from '../../access.ts';
import { summarise } from '../../events/api-event.ts';
import { json } from '../../schema/answers.ts';
import { PlanAnswer } from '../../schema/plan.ts';
import type { OwnDependencies } from '../dependencies.ts';
import { defineRoute, TARGET_BODY, type Route } from '../route.ts';

/** Routes that show what would be done, and do nothing. */
export function planRoutes({ device }: OwnDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v3/plan',
      subject: 'Target',
      scope: 'app',
      summary: 'The plan of the next apply: operations with their causes, and blocked parts',
      input: {},
      answers: () => ({ 200: json(PlanAnswer()) }),
      failures: { 503: 'json' },
      handle: async ({ access, context }) => context.json(formatVisible(await device.plan(), access)),
    }),
    defineRoute({
      method: 'POST',
      path: '/v3/plan',
      subject: 'Target',
      scope: 'global',
      summary: 'The plan for another target state',
      input: { body: AnyTarget },
      document: () => z.union([targetStateV2Schema(), targetStateV3Schema()]),
      bodyLimit: TARGET_BODY,
      answers: () => ({ 200: json(PlanAnswer()) }),
      failures: { 400: 'json', 503: 'json' },
      handle: async ({ input: { body }, access, context }) =>
        context.json(formatVisible(await device.plan(decode(body, device.facts.uuid)), access)),
    }),
  ];
}

/** In format v2, `{"local":{…}}`, or v3, `{"<uuid of the device>":{…}}`. */
const AnyTarget = z.looseObject({});

function decode(document: object, uuid: string): TargetState {
  return 'local' in document || !Object.hasOwn(document, uuid)
    ? decodeTargetStateV2(document)
    : decodeTargetStateV3(document, uuid);
}

type Plan = Awaited<ReturnType<Device['plan']>>;

/** The other fields of an operation hold the environment of services. */
function formatVisible({ operations, blocked, notices }: Plan, access: Access) {
  const own = operations.filter(({ appId }) => seesApp(access, appId));
  const ids = new Set(own.map(({ id }) => id));
  return {
    status: 'success',
    operations: own.map((one) => ({ ...summarise(one), dependsOn: one.dependsOn.filter((id) => ids.has(id)) })),
    blocked: blocked
      .filter(({ appId }) => seesApp(access, appId))
      .map(({ appId, service, reason, message }) => ({ appId, service, reason, message })),
    notices: notices
      .filter(({ appId }) => seesApp(access, appId))
      .map(({ appId, service, field, reason }) => ({ appId, service, field, reason })),
  };
}
