import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type ContainerLogLine, type ContainerLogsOptions, type Engine } from '../index.ts';
import { containerInspection } from '../testing/engine-answers.ts';
import { refuse, startScriptedEngine, type ScriptedEngine } from '../testing/scripted-engine.ts';

const T1 = '2026-11-23T20:05:38.039288971Z';
const T2 = '2026-11-23T20:05:38.999999999Z';
const MS1 = Date.UTC(2026, 10, 23, 20, 5, 38, 39);
const MS2 = Date.UTC(2026, 10, 23, 20, 5, 38, 999);
const RECORD = 16 * 1024;

let scripted: ScriptedEngine;
let engine: Engine;

beforeEach(async () => {
  scripted = await startScriptedEngine();
  engine = createEngine({ endpoint: scripted.endpoint });
});

afterEach(async () => {
  await engine[Symbol.asyncDispose]();
  await scripted[Symbol.asyncDispose]();
});

/** Answers with the bytes, in chunks of that many. */
function answer(tty: boolean, bytes: Buffer, size: number = bytes.length): void {
  scripted.answers['GET /containers/web/json'] = containerInspection(1, { Config: { Tty: tty } });
  scripted.answers['GET /containers/web/logs'] = (response) => {
    for (let start = 0; start < bytes.length; start += size) response.write(bytes.subarray(start, start + size));
    response.end();
  };
}

/** A record as the engine frames it. */
function frame(stream: 1 | 2, text: string | Buffer): Buffer {
  const payload = Buffer.from(text);
  const header = Buffer.alloc(8);
  header.writeUInt8(stream, 0);
  header.writeUInt32BE(payload.length, 4);
  return Buffer.concat([header, payload]);
}

function read(options: Partial<ContainerLogsOptions> = {}): Promise<ContainerLogLine[]> {
  return Array.fromAsync(engine.containerLogs('web', { follow: false, ...options }, new AbortController().signal));
}

describe('containerLogs', () => {
  const framed = Buffer.concat([
    frame(1, `${T1} one\n`),
    frame(2, `${T2} zwö €😀\n`),
    frame(1, `${T2} \n`),
    frame(1, `${T2} no end`),
  ]);
  const expected = [
    { stream: 'stdout', line: 'one', timestamp: MS1 },
    { stream: 'stderr', line: 'zwö €😀', timestamp: MS2 },
    { stream: 'stdout', line: '', timestamp: MS2 },
    { stream: 'stdout', line: 'no end', timestamp: MS2 },
  ];

  it.each([1, 2, 5, 9, 33, 1000])('reads both streams from chunks of %i bytes', async (size) => {
    answer(false, framed, size);
    expect(await read()).toEqual(expected);
  });

  it('puts a long line together, also when the other stream comes in between', async () => {
    const text = `${'ä'.repeat(RECORD / 2 + 20)}x`;
    const bytes = Buffer.from(text);
    const frames = [
      frame(1, Buffer.concat([Buffer.from(`${T1} `), bytes.subarray(0, RECORD - 1)])),
      frame(2, `${T2} meanwhile\n`),
      frame(1, Buffer.concat([Buffer.from(`${T2} `), bytes.subarray(RECORD - 1), Buffer.from('\n')])),
    ];
    answer(false, Buffer.concat(frames));
    expect(await read()).toEqual([
      { stream: 'stderr', line: 'meanwhile', timestamp: MS2 },
      { stream: 'stdout', line: text, timestamp: MS1 },
    ]);
  });

  it.each([1, 2, 31, 40, 5000, 100_000])('reads a terminal from chunks of %i bytes', async (size) => {
    const long = `${'x'.repeat(RECORD)}${'y'.repeat(RECORD)}z`;
    const records = `${T1} one\r\n${T2} ${'x'.repeat(RECORD)}${T2} ${'y'.repeat(RECORD)}${T2} z\r\n${T1} \r\n${T1} last`;
    answer(true, Buffer.from(records), size);
    expect(await read()).toEqual([
      { stream: 'stdout', line: 'one', timestamp: MS1 },
      { stream: 'stdout', line: long, timestamp: MS2 },
      { stream: 'stdout', line: '', timestamp: MS1 },
      { stream: 'stdout', line: 'last', timestamp: MS1 },
    ]);
  });

  it('ends a line that is exactly one record long', async () => {
    answer(true, Buffer.from(`${T1} ${'x'.repeat(RECORD)}${T1} \r\n${T2} next\r\n`));
    expect(await read()).toEqual([
      { stream: 'stdout', line: 'x'.repeat(RECORD), timestamp: MS1 },
      { stream: 'stdout', line: 'next', timestamp: MS2 },
    ]);
  });

  it('understands times that are not in UTC', async () => {
    answer(false, frame(1, '2026-11-23T22:05:38.039288971+02:00 one\n'));
    expect(await read()).toEqual([{ stream: 'stdout', line: 'one', timestamp: MS1 }]);
  });

  it('gives a line that does not end in pieces', async () => {
    const piece = frame(1, `${T1} ${'x'.repeat(RECORD)}`);
    answer(false, Buffer.concat(Array.from({ length: 65 }, () => piece)));
    expect((await read()).map(({ line }) => line.length)).toEqual([1024 * 1024, RECORD]);
  });

  it('passes its options on', async () => {
    answer(false, framed);
    await read({ since: 1_795_464_338_039, tail: 20 });
    const request = scripted.requests.find(({ path }) => path.endsWith('/logs'));
    expect(Object.fromEntries(request?.query ?? [])).toEqual({
      stdout: 'true',
      stderr: 'true',
      timestamps: 'true',
      follow: 'false',
      tail: '20',
      since: '1795464338.039',
    });
  });

  describe('of an engine that ends the stream before the last records', () => {
    const records = [`${T1} one\n`, `${T2} two\n`, `${T2} three\n`, `${T2} four\n`];

    /** Gives the first records to followers, and to others those since the time that they ask for. */
    function answerShort(length: number): void {
      scripted.answers['GET /containers/web/json'] = containerInspection(1);
      scripted.answers['GET /containers/web/logs'] = (response, { query }) => {
        const since = query.get('since') === null ? 0 : records.indexOf(`${T2} two\n`);
        const sent = query.get('follow') === 'true' ? records.slice(0, length) : records.slice(since);
        response.end(Buffer.concat(sent.map((record) => frame(1, record))));
      };
    }

    it.each([2, 3, 4])('are complete, each line once (%i of 4)', async (length) => {
      answerShort(length);
      expect((await read({ follow: true })).map(({ line }) => line)).toEqual(['one', 'two', 'three', 'four']);
      const { query } = scripted.requests.at(-1) ?? {};
      expect(query?.get('since')).toBe(`${Math.floor(MS2 / 1000)}.999999999`);
    });

    it('are complete when it ended at once', async () => {
      answerShort(0);
      expect((await read({ follow: true })).map(({ line }) => line)).toEqual(['one', 'two', 'three', 'four']);
    });

    it('are what there was when the container is removed by then', async () => {
      answerShort(2);
      const logs = scripted.answers['GET /containers/web/logs'];
      scripted.answers['GET /containers/web/logs'] = (response, request) => {
        if (request.query.get('follow') !== 'true') refuse(response, 404, 'No such container: web');
        else if (typeof logs === 'function') logs(response, request);
      };
      expect((await read({ follow: true })).map(({ line }) => line)).toEqual(['one', 'two']);
    });
  });

  it('reads no faster than its reader', async () => {
    const megabyte = Buffer.concat(Array.from({ length: 64 }, () => frame(1, `${T1} ${'x'.repeat(RECORD - 1)}\n`)));
    let written = 0;
    scripted.answers['GET /containers/web/json'] = containerInspection(1);
    scripted.answers['GET /containers/web/logs'] = (response) => {
      const write = (): void => {
        while (!response.destroyed && ++written < 500) {
          if (!response.write(megabyte)) return void response.once('drain', write);
        }
      };
      write();
    };
    const controller = new AbortController();
    const lines = engine.containerLogs('web', { follow: true }, controller.signal)[Symbol.asyncIterator]();
    for (let index = 0; index < 10; index++) await lines.next();
    // Whatever fits into the buffers in between has been written by now, and nothing more is.
    let before = -1;
    while (before !== written) {
      before = written;
      for (let turn = 0; turn < 100; turn++) await setImmediate();
    }
    expect(written).toBeLessThan(20);
    controller.abort();
    expect(await Array.fromAsync({ [Symbol.asyncIterator]: () => lines })).toEqual(expect.any(Array));
  });

  it('ends without an error when it is aborted', async () => {
    const controller = new AbortController();
    scripted.answers['GET /containers/web/json'] = containerInspection(1);
    scripted.answers['GET /containers/web/logs'] = (response) => void response.write(frame(1, `${T1} one\n`));
    const lines: string[] = [];
    for await (const { line } of engine.containerLogs('web', { follow: true }, controller.signal)) {
      lines.push(line);
      controller.abort();
    }
    expect(lines).toEqual(['one']);
  });

  it('throws when the engine goes away', async () => {
    scripted.answers['GET /containers/web/json'] = containerInspection(1);
    scripted.answers['GET /containers/web/logs'] = (response) =>
      response.write(frame(1, `${T1} one\n`), () => response.destroy());
    await expect(read({ follow: true })).rejects.toMatchObject({ code: 'ENGINE_UNREACHABLE' });
  });

  it('throws what the engine says about its logs', async () => {
    const error = Buffer.from(frame(1, 'Error grabbing logs: invalid character'));
    error.writeUInt8(3, 0);
    answer(false, error);
    await expect(read()).rejects.toThrow('Error grabbing logs: invalid character');
  });
});
