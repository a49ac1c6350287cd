import { Readable } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { readProgress } from './read-progress.ts';

const operation = { operation: 'build', image: 'web:1' } as const;

describe('readProgress', () => {
  it('returns all lines, however the stream is cut', async () => {
    const stream = Readable.from(['{"stream":"a"}\r\n{"aux":{"I', 'D":"sha256:1"}}\r\n\r\n'], { objectMode: false });
    expect(await readProgress(stream, operation)).toEqual([{ stream: 'a' }, { aux: { ID: 'sha256:1' } }]);
  });

  it('fails with what the engine said', async () => {
    const stream = Readable.from(['{"stream":"Step 1"}\n{"error":"no space left"}\n'], { objectMode: false });
    await expect(readProgress(stream, operation)).rejects.toMatchObject({
      code: 'IMAGE_OPERATION_FAILED',
      message: 'could not build web:1: no space left\nStep 1',
    });
  });
});
