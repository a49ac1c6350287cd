import type { FakeClock } from '@device-supervisor/primitives/testing';
import { expect } from 'vitest';
import { createLogUploader, type LogUploader } from '../upload/log-uploader.ts';
import type { FakeLogSource } from './fake-log-source.ts';

/** An uploader that saves no positions, and has no faults. */
export function createTestUploader(source: FakeLogSource, clock: FakeClock): LogUploader {
  const memory = { load: () => null, save: () => undefined };
  return createLogUploader({
    source,
    positions: memory,
    quickPositions: memory,
    clock,
    random: () => 0,
    onResult: () => undefined,
    onFault: (error) => expect.unreachable(String(error)),
  });
}
