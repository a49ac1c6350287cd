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

async function all(lines: AsyncIterable<ContainerLogLine>): Promise<ContainerLogLine[]> {
  const result: ContainerLogLine[] = [];
  for await (const line of lines) result.push(line);
  return result;
}
