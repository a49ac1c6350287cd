import { PassThrough, Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { writeFrames } from './write-frames.ts';

function frame(stream: number, content: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(content), 4);
  return Buffer.concat([header, Buffer.from(content)]);
}

it('takes output and errors apart, wherever the chunks end', async () => {
  const bytes = Buffer.concat([frame(1, 'one\n'), frame(2, 'bad\n'), frame(1, ''), frame(1, 'twö\n')]);
  for (const size of [1, 3, 8, 9, bytes.length]) {
    const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    );
    const output = new PassThrough();
    const errors = new PassThrough();
    await writeFrames(Readable.from(chunks), { output, errors });
    output.end();
    errors.end();
    expect([await text(output), await text(errors)]).toEqual(['one\ntwö\n', 'bad\n']);
  }
});

it('waits for a slow reader', async () => {
  const written: string[] = [];
  const taken: (() => void)[] = [];
  const output = new Writable({
    highWaterMark: 1,
    write(chunk, _encoding, done) {
      written.push(String(chunk));
      taken.push(done);
    },
  });
  const writing = writeFrames(Readable.from([frame(1, 'aa'), frame(1, 'bb')]), { output, errors: new PassThrough() });
  await new Promise(setImmediate);
  expect({ written, waiting: output.writableLength }).toEqual({ written: ['aa'], waiting: 2 });
  taken.shift()?.();
  await expect.poll(() => written).toEqual(['aa', 'bb']);
  taken.shift()?.();
  await writing;
});
