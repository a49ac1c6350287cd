import * as z from 'zod';
import { BlockedAnswer, NoticeAnswer } from './device-state.ts';
import { named } from './named.ts';
import { operationFields } from './plan.ts';

const FaultAnswer = named('Fault', () =>
  z.strictObject({ code: z.string(), message: z.string(), hint: z.string().optional() }),
);

/** An event as its fields, of which `data` is sent as JSON. */
function event<Type extends string, Shape extends z.ZodRawShape>(type: Type, data: z.ZodObject<Shape, z.core.$strict>) {
  const { description } = data.meta() ?? {};
  const timed = data.extend({ time: z.int().meta({ description: 'Milliseconds since the epoch' }) });
  return z.strictObject({
    id: z.string().optional().meta({ description: 'For `Last-Event-ID`; absent: the next one takes its place' }),
    event: z.literal(type),
    data: description === undefined ? timed : timed.meta({ description }),
  });
}

/** The events of `/v3/events`, for the document. */
export const EventAnswer = named('Event', () => {
  const withError = z.strictObject({ error: FaultAnswer() });
  return z.discriminatedUnion('event', [
    event('operation-started', z.strictObject(operationFields)),
    event(
      'operation-progress',
      z.strictObject({ ...operationFields, percent: z.int(), receivedBytes: z.number(), totalBytes: z.number() }),
    ),
    event(
      'operation-finished',
      z.strictObject({
        ...operationFields,
        result: z.enum(['done', 'failed', 'locked', 'skipped', 'cancelled']),
        error: FaultAnswer().optional(),
        retryIn: z.number().nullable().meta({ description: 'Milliseconds until it is tried again' }),
      }),
    ),
    event('state-changed', z.strictObject({})),
    event('blocked', BlockedAnswer()),
    event('notice', NoticeAnswer()),
    event('settled', z.strictObject({ changed: z.boolean() })),
    event(
      'reboot',
      z
        .strictObject({ phase: z.enum(['scheduled', 'begins']), reasons: z.array(z.string()) })
        .meta({ description: 'The host is to reboot for these reasons, or reboots now' }),
    ),
    event('engine-connected', z.strictObject({})),
    event('engine-lost', withError),
    event('fault', withError),
    event(
      'gap',
      z
        .strictObject({ missed: z.int().nullable() })
        .meta({ description: 'So many events are lost to this client; null: it is not known how many' }),
    ),
  ]);
});
