import * as z from 'zod';
import { seesApp } from '../../access.ts';
import { json, success } from '../../schema/answers.ts';
import { named } from '../../schema/named.ts';
import { createUsageHistory, USAGE_INTERVAL, USAGE_SPAN } from '../../usage/usage-history.ts';
import type { OwnDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** The route for charts: what device and services use. */
export function usageRoutes({ usage }: OwnDependencies): readonly Route[] {
  const history = createUsageHistory(usage ?? (async () => NOTHING_KNOWN), () => Date.now());
  return [
    defineRoute({
      method: 'GET',
      path: '/v3/usage',
      subject: 'State',
      scope: 'app',
      summary: 'Processor and memory of device and services over the last hour, as far as clients have looked',
      input: {
        query: z.object({
          after: z.coerce
            .number('must be a time in milliseconds')
            .default(0)
            .meta({ description: 'Only samples after this one, in milliseconds since the epoch' }),
        }),
      },
      answers: () => ({ 200: json(UsageAnswer()) }),
      failures: { 400: 'json', 503: 'json' },
      async handle({ input: { query }, access, context }) {
        const samples = await history.after(query.after);
        return context.json({
          status: 'success',
          intervalSeconds: USAGE_INTERVAL / 1000,
          spanSeconds: USAGE_SPAN / 1000,
          samples: samples.map(({ services, ...device }) => ({
            ...device,
            services: services.filter(({ appId }) => seesApp(access, appId)),
          })),
        });
      },
    }),
  ];
}

const NOTHING_KNOWN = { cpuPercent: null, memoryBytes: null, memoryTotalBytes: null, services: [] };

const ServiceUsageAnswer = named('ServiceUsage', () =>
  z.strictObject({
    appId: z.int(),
    service: z.string(),
    cpuPercent: percent().meta({ description: 'Of all processors; null: this is its first sample' }),
    memoryBytes: z.number(),
  }),
);

const UsageSampleAnswer = named('UsageSample', () =>
  z.strictObject({
    time: z.int().meta({ description: 'Milliseconds since the epoch' }),
    cpuPercent: percent().meta({ description: 'Of all processors; null: the host does not tell' }),
    memoryBytes: z.number().nullable().meta({ description: 'Without caches' }),
    memoryTotalBytes: z.number().nullable(),
    services: z.array(ServiceUsageAnswer()),
  }),
);

const UsageAnswer = named('Usage', () =>
  success({
    intervalSeconds: z.number().meta({ description: 'A client that asks more often gets no more samples' }),
    spanSeconds: z.number().meta({ description: 'Older samples are dropped' }),
    samples: z.array(UsageSampleAnswer()),
  }),
);

function percent() {
  return z.number().min(0).max(100).nullable();
}
