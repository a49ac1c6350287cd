import { expect } from 'vitest';
import type { Given, World, WorldRequest } from './world.ts';

/** One expectation: what is asked, and what comes back. */
export interface Row {
  readonly name: string;
  readonly given: readonly Given[];
  readonly request: Omit<WorldRequest, 'key'>;
  /** Whose key is sent. */
  readonly key: keyof World['keys'] | 'none' | 'wrong';
  readonly status: number;
  /** A matcher, or the value itself; absent: the document says enough. */
  readonly body?: unknown;
}

/** Failures that are not JSON of status and message, as deployed clients know them. */
const FORMS: Readonly<Record<string, 'text' | 'data'>> = {
  'POST /v1/purge 400': 'text',
  'POST /v1/restart 400': 'text',
  'POST /v1/apps/:appId/stop 400': 'text',
  'POST /v1/apps/:appId/start 400': 'text',
  'GET /v1/apps/:appId 400': 'text',
  'PATCH /v1/device/host-config 400': 'text',
  'POST /v1/reboot 400': 'data',
  'POST /v1/shutdown 400': 'data',
};

/** The answer to a failure, whose message matches. */
export function failure(route: string, status: number, message: RegExp): Pick<Row, 'status' | 'body'> {
  const text = expect.stringMatching(message);
  switch (FORMS[`${route} ${status}`]) {
    case 'text':
      return { status, body: text };
    case 'data':
      return { status, body: { Data: '', Error: text } };
    default:
      return { status, body: { status: 'failed', message: text } };
  }
}

/** The answer to a missing or unknown key. */
export const DENIED: Pick<Row, 'status' | 'body'> = { status: 401, body: 'Unauthorized' };

/** The answer to the key of another app than the one that the request names. */
export const OUT_OF_SCOPE: Pick<Row, 'status' | 'body'> = {
  status: 401,
  body: { status: 'failed', message: 'Unauthorized' },
};
