import { createFakeClock } from '@device-supervisor/primitives/testing';
import { heapUsed } from '@device-supervisor/testbed';
import { afterEach, expect, it } from 'vitest';
import type { ContainerLogSource } from '../ports.ts';

import { settled } from '../testing/read-messages.ts';
import { createLogUploader, type LogUploader } from './log-uploader.ts';

const LINE = 512 * 1024;
const CAPACITY = 1024 * 1024;

let read: number;

/** A service that writes long lines without an end. */
const dumps: ContainerLogSource = {
  async *follow(_container, since, signal) {
    while (!signal.aborted) {
      // As they are decoded from what an engine sends.
      yield { message: Buffer.alloc(LINE, 'x').toString(), timestamp: since + ++read, isStdErr: false };
    }
  },
};

let uploader: LogUploader;
afterEach(() => uploader[Symbol.asyncDispose]());

it('takes the memory that is meant for what waits, however long the lines were', async () => {
  read = 0;
  uploader = createLogUploader({
    source: dumps,
    positions: { load: () => null, save: () => undefined },
    quickPositions: { load: () => null, save: () => undefined },
    clock: createFakeClock(),
    random: () => 0,
    onResult: () => undefined,
    onFault: (error) => expect.unreachable(String(error)),
    capacity: CAPACITY,
  });
  const before = heapUsed();
  uploader.watch([{ id: 'w1', name: 'web_1', appId: 1, serviceId: 11, serviceName: 'web', level: 'all' }]);
  await settled();
  expect(read).toBeGreaterThan(50);
  expect(heapUsed() - before).toBeLessThan(2 * CAPACITY);
});
