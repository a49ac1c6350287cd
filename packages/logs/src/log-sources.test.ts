import { expect, it } from 'vitest';
import { engineLogSource } from './engine-log-source.ts';
import { journalLogSource } from './journal-log-source.ts';
import type { ContainerLogLine } from './ports.ts';

const { signal } = new AbortController();

it('reads the logs of the engine', async () => {
  const asked: unknown[] = [];
  const source = engineLogSource({
    async *containerLogs(...request) {
      asked.push(request);
      yield { stream: 'stdout', line: 'one', timestamp: 1 };
      yield { stream: 'stderr', line: 'two', timestamp: 2 };
    },
  });
  expect(await all(source.follow({ id: 'abc', name: 'web' }, 5, signal))).toEqual([
    { message: 'one', timestamp: 1, isStdErr: false },
    { message: 'two', timestamp: 2, isStdErr: true },
  ]);
  expect(asked).toEqual([['abc', { since: 5, follow: true }, signal]]);
});

it('reads the entries of the journal, and only what is of use here', async () => {
  const asked: unknown[] = [];
  const entry = { message: 'one', timestamp: 1, isStdErr: true, cursor: 's=1', fields: {} };
  const source = journalLogSource(async function* (...request) {
    asked.push(request);
    yield entry;
    yield { ...entry, message: 'of a\r terminal\r' };
  });
  expect(await all(source.follow({ id: 'abc', name: 'web' }, 5, signal))).toEqual([
    { message: 'one', timestamp: 1, isStdErr: true },
    { message: 'of a\r terminal', timestamp: 1, isStdErr: true },
  ]);
  expect(asked).toEqual([[{ containerId: 'abc', since: 5 }, signal]]);
});

it('puts lines together that the engine has cut, each of its stream', async () => {
  const piece = { timestamp: 1, isStdErr: false, fields: { CONTAINER_PARTIAL_MESSAGE: 'true' } };
  const source = journalLogSource(async function* () {
    yield { ...piece, message: 'a long ' };
    yield { ...piece, message: 'an error ', isStdErr: true };
    yield { ...piece, message: 'li', timestamp: 2 };
    yield { ...piece, message: 'that is long', isStdErr: true, fields: {} };
    yield { ...piece, message: 'ne', timestamp: 3, fields: {} };
    yield { ...piece, message: 'another', timestamp: 3, fields: {} };
    for (let index = 0; index < 20; index++) yield { ...piece, message: 'x'.repeat(16_384), timestamp: 4 };
    yield { ...piece, message: 'end', timestamp: 4, fields: {} };
  });
  expect(await all(source.follow({ id: 'abc', name: 'web' }, 0, signal))).toEqual([
    { message: 'an error that is long', timestamp: 1, isStdErr: true },
    { message: 'a long line', timestamp: 3, isStdErr: false },
    { message: 'another', timestamp: 3, isStdErr: false },
    { message: 'x'.repeat(262_144), timestamp: 4, isStdErr: false },
  ]);
});

async function all(lines: AsyncIterable<ContainerLogLine>): Promise<ContainerLogLine[]> {
  const result: ContainerLogLine[] = [];
  for await (const line of lines) result.push(line);
  return result;
}
