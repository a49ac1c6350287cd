import * as z from 'zod';
import { visibleState } from '../../access.ts';
import { json } from '../../schema/answers.ts';
import { BlockedAnswer, NoticeAnswer } from '../../schema/device-state.ts';
import { named } from '../../schema/named.ts';
import type { OwnDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** Routes for those who watch over the supervisor. None of them looks at the network or the cloud. */
export function healthRoutes(dependencies: OwnDependencies): readonly Route[] {
  const { device, monitor, version, cloudConnected, conditions } = dependencies;
  const isReady = (): boolean => device.health().healthy && monitor.engineConnected === true;
  return [
    defineRoute({
      method: 'GET',
      path: '/v3/health/live',
      subject: 'Health',
      scope: 'none',
      summary: 'Whether the supervisor works; 503 means that only a restart helps',
      input: {},
      answers: () => ({ 200: json(HealthAnswer()), 503: json(HealthAnswer()) }),
      handle({ context }) {
        const { healthy } = device.health();
        return context.json({ healthy }, healthy ? 200 : 503);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v3/health/ready',
      subject: 'Health',
      scope: 'none',
      summary: 'Whether the supervisor works, and has its engine',
      input: {},
      answers: () => ({ 200: json(HealthAnswer()), 503: json(HealthAnswer()) }),
      handle({ context }) {
        const healthy = isReady();
        return context.json({ healthy }, healthy ? 200 : 503);
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v3/health/detail',
      subject: 'Health',
      scope: 'app',
      summary: 'Health of the supervisor and its parts',
      input: {},
      answers: () => ({ 200: json(DetailAnswer()) }),
      async handle({ access, context }) {
        const { healthy, problems } = device.health();
        const found = (await conditions?.()) ?? [];
        const { applying, blocked, notices } = visibleState(device.state(), access);
        return context.json({
          healthy,
          ready: isReady(),
          problems,
          conditions: found.map(({ component, message, remedy }) => ({ component, message, remedy })),
          version,
          uptimeSeconds: Math.floor(monitor.uptime() / 1000),
          localMode: device.localMode,
          engineConnected: monitor.engineConnected,
          cloudConnected: cloudConnected?.() ?? null,
          applying,
          blocked: blocked.map(({ appId, service, reason, message }) => ({ appId, service, reason, message })),
          notices: notices.map(({ appId, service, field, reason }) => ({ appId, service, field, reason })),
        });
      },
    }),
  ];
}

const HealthAnswer = named('Health', () => z.strictObject({ healthy: z.boolean() }));

const HealthProblemAnswer = named('HealthProblem', () =>
  z.strictObject({
    component: z.string().meta({ description: 'e.g. `firewall`, `journal`' }),
    message: z.string(),
    remedy: z.string().meta({ description: 'The remedy, for a person' }),
  }),
);

const DetailAnswer = named('HealthDetail', () =>
  z.strictObject({
    healthy: z.boolean(),
    ready: z.boolean(),
    problems: z.array(z.string()).meta({ description: 'Of the supervisor itself: only a restart helps' }),
    conditions: z
      .array(HealthProblemAnswer())
      .meta({ description: 'Faults of the device or its host with their remedies; no reason to restart' }),
    version: z.string(),
    uptimeSeconds: z.int(),
    localMode: z.boolean(),
    engineConnected: z.boolean().nullable().meta({ description: 'null: not known yet' }),
    cloudConnected: z.boolean().nullable().meta({
      description: 'false: degraded, and no reason to restart; null: there is no cloud, or it is not checked',
    }),
    applying: z.boolean(),
    blocked: z.array(BlockedAnswer()),
    notices: z.array(NoticeAnswer()),
  }),
);
