import * as z from 'zod';
import type { Answer } from '../routes/route.ts';

export const TEXT_OK: Answer = { type: 'text', example: 'OK' };

export function json(schema: z.ZodType): Answer {
  return { type: 'json', schema };
}

/** The form of the first routes that failed in JSON. */
export const DataAnswer = z.strictObject({ Data: z.string(), Error: z.string() }).meta({ id: 'DataAnswer' });

export const FailureAnswer = z
  .strictObject({
    status: z.literal('failed'),
    message: z.string().meta({ description: 'The problem, for a person' }),
  })
  .meta({ id: 'Failure' });

/** `{"status":"success", …}`. */
export function success<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject({ status: z.literal('success'), ...shape });
}

export const Progress = z.int().min(0).max(100).nullable().meta({ description: 'Percent; null: not downloading' });

export const ServiceStatusWord = z
  .enum([
    'Downloading',
    'Downloaded',
    'Installing',
    'Installed',
    'Starting',
    'Running',
    'Stopping',
    'Dead',
    'Handing over',
    'Awaiting handover',
    'exited',
    'paused',
    'restarting',
  ])
  .meta({ id: 'ServiceStatus' });

export const UpdateStatusWord = z
  .enum(['rejected', 'aborted', 'downloading', 'downloaded', 'applying changes', 'done'])
  .meta({ id: 'UpdateStatus' });
