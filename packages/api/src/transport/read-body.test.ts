import { expect, it } from 'vitest';
import { RequestAbortedError, ServerBusyError } from '../errors.ts';
import { createIntake, type Intake } from './intake.ts';
import { readBody } from './read-body.ts';

const LIMIT = 10_000_000;
const REQUESTS = 50;

/** A request that names a length, has sent some bytes of it, and ends with its connection. */
function announce(intake: Intake, bytes: number) {
  const connection = new AbortController();
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(new Uint8Array(bytes));
      connection.signal.addEventListener('abort', () => controller.error(new Error('the connection has ended')));
    },
  });
  const headers = { 'content-type': 'application/json', 'content-length': String(LIMIT) };
  const request = new Request('http://device/', { method: 'POST', headers, body, duplex: 'half' });
  return { read: readBody(request, { limit: LIMIT, upload: intake.open() }), end: () => connection.abort() };
}

/** Bytes of all buffers of this process. */
function buffers(): number {
  return process.memoryUsage().arrayBuffers;
}

it('takes memory for the bytes that have come, not for those that are announced', async () => {
  const intake = createIntake();
  const before = buffers();
  const uploads = Array.from({ length: REQUESTS }, () => announce(intake, 1000));
  const refused = announce(intake, LIMIT);
  const accepted = announce(intake, LIMIT);
  await expect(Promise.race([refused.read, accepted.read])).rejects.toThrow(ServerBusyError);
  expect(buffers() - before).toBeLessThan(3 * LIMIT);
  for (const { end } of [...uploads, accepted, refused]) end();
  for (const { read } of uploads) await expect(read).rejects.toThrow(RequestAbortedError);
  expect((await Promise.allSettled([refused.read, accepted.read])).map(({ status }) => status)).toEqual([
    'rejected',
    'rejected',
  ]);
});
