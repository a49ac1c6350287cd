import { expect } from 'vitest';
import type * as z from 'zod';
import type { Answer, Route } from '../../src/routes/route.ts';
import { DataAnswer, FailureAnswer } from '../../src/schema/answers.ts';
import type { Row } from './row.ts';
import type { World } from './world.ts';

/**
 * Asks what the row asks, and expects what comes back to be what the row says and the route documents.
 *
 * @returns true
 */
export async function answersAs(world: World, route: Route, row: Row): Promise<boolean> {
  await using _given = await world.given(row.given);
  const key = row.key === 'none' ? undefined : row.key === 'wrong' ? '0'.repeat(64) : world.keys[row.key];
  const response = await world.send({ ...row.request, key });
  const body = await readAnswer(route, response);
  expect({ status: response.status, ...('body' in row ? { body } : {}) }).toEqual({
    status: row.status,
    ...('body' in row ? { body: row.body } : {}),
  });
  expectDocumented(route, response, body);
  return true;
}

/** JSON as a value, text as text, and of a stream its first piece. */
export async function readAnswer(route: Route, response: Response): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (route.answers()[response.status]?.type === 'stream') {
    const reader = response.body?.getReader();
    const first = await reader?.read();
    await reader?.cancel();
    return Buffer.from(first?.value ?? []).toString();
  }
  const text = await response.text();
  return type === 'application/json' ? JSON.parse(text) : text;
}

/** The route's own description has this status, content type and body. */
export function expectDocumented(route: Route, response: Response, body: unknown): void {
  const { status } = response;
  const type = response.headers.get('content-type');
  const answer = route.answers()[status] ?? failureAnswer(route, status, type);
  expect(answer, `${route.method} ${route.path} documents ${status}`).toBeDefined();
  switch (answer?.type) {
    case 'empty':
      return expect(body).toBe('');
    case 'json':
      expect(type).toBe('application/json');
      return expectValid(answer.schema, body);
    case 'text':
      return expect(type?.toLowerCase()).toContain((answer.contentType ?? 'text/plain').toLowerCase());
    case 'stream':
      return expect(type).toBe(answer.contentType);
    default:
  }
}

function failureAnswer(
  { scope, input, failures, faultStatus }: Route,
  status: number,
  type: string | null,
): Answer | undefined {
  const general =
    (status === 401 && scope !== 'none') ||
    status === faultStatus ||
    (status === 400 && Object.keys(input).length > 0) ||
    (status === 413 && input.body !== undefined);
  const form = Object.entries(failures).find(([one]) => Number(one) === status)?.[1];
  // A missing key is answered with text, and a key of another app with JSON.
  const ofKey = scope === 'app' && type === 'application/json' ? 'json' : 'text';
  switch (form ?? (general ? (status === 401 ? ofKey : 'json') : undefined)) {
    case 'json':
      return { type: 'json', schema: FailureAnswer };
    case 'data':
      return { type: 'json', schema: DataAnswer };
    case 'text':
      return { type: 'text', example: '' };
    default:
      return undefined;
  }
}

function expectValid(schema: z.ZodType, body: unknown): void {
  expect(schema.safeParse(body).error?.issues ?? []).toEqual([]);
}
