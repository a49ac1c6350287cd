import * as z from 'zod';
import { seesApp, type Access } from '../../access.ts';
import type { ApiEvent } from '../../events/api-event.ts';
import { EventAnswer } from '../../schema/events.ts';
import { streamEvents } from '../../events/event-stream.ts';
import { formatMetrics, type MetricFamily } from '../../metrics/metric-family.ts';
import { cloudMetrics, conditionMetrics } from '../../metrics/health-metrics.ts';
import { processMetrics } from '../../metrics/process-metrics.ts';
import { Flag } from '../../schema/inputs.ts';
import type { OwnDependencies } from '../dependencies.ts';
import { defineRoute, type Route } from '../route.ts';

/** Routes for those who watch the device: events and metrics. */
export function monitorRoutes({
  monitor,
  metrics = [],
  conditions,
  cloudConnected,
}: OwnDependencies): readonly Route[] {
  return [
    defineRoute({
      method: 'GET',
      path: '/v3/events',
      subject: 'Logs',
      scope: 'app',
      summary: 'Events of the device, as server-sent events; `Last-Event-ID` resumes after the last event of a client',
      input: {
        query: z.object({
          lastEventId: z.string().optional().meta({ description: 'For clients that cannot send the header' }),
          follow: Flag.default(true).meta({ description: 'false: the events that are kept, and no more' }),
        }),
      },
      answers: () => ({ 200: { type: 'stream', contentType: 'text/event-stream', item: EventAnswer() } }),
      streams: true,
      handle({ input: { query }, access, context }) {
        const stream = streamEvents({
          log: monitor.events,
          lastEventId: context.req.header('last-event-id') ?? query.lastEventId,
          follows: query.follow,
          accepts: (event) => maySee(access, event),
          ending: context.env.ending,
        });
        return context.body(stream, 200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
      },
    }),
    defineRoute({
      method: 'GET',
      path: '/v3/metrics',
      subject: 'Health',
      scope: 'app',
      summary: 'Metrics of supervisor and device in the Prometheus text format',
      input: {},
      answers: () => ({
        200: {
          type: 'text',
          contentType: METRICS_TYPE,
          example: '# TYPE supervisor_applying gauge\nsupervisor_applying 0\n',
        },
      }),
      failures: { 503: 'json' },
      async handle({ access, context }) {
        const others = await Promise.all(metrics.map(async (collect) => [...(await collect())]));
        const families = [
          ...monitor.collect(),
          cloudMetrics(cloudConnected),
          conditionMetrics((await conditions?.()) ?? []),
          ...others.flat(),
          ...processMetrics(),
        ];
        const text = formatMetrics(families.map((family) => visibleFamily(family, access)));
        return context.body(text, 200, { 'content-type': METRICS_TYPE });
      },
    }),
  ];
}

const METRICS_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** Of what is about no app in particular, a service's key gets what says nothing of others. */
function maySee(access: Access, { type, appId }: ApiEvent): boolean {
  return appId === null ? access.kind === 'global' || SEEN_BY_ALL.has(type) : seesApp(access, appId);
}

const SEEN_BY_ALL: ReadonlySet<string> = new Set(['state-changed', 'settled', 'engine-lost', 'engine-connected']);

function visibleFamily(family: MetricFamily, access: Access): MetricFamily {
  if (access.kind === 'global') return family;
  const samples = family.samples.filter(({ labels }) => {
    const appId = labels['app_id'];
    return appId === undefined || seesApp(access, Number(appId));
  });
  return { ...family, samples };
}
