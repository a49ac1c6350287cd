import { describe, expect, it } from 'vitest';
import { waitFor } from '@device-supervisor/testbed';
import type { LogLine, SupervisorClient } from '../supervisor/supervisor-client.ts';
import { openLogHub } from './log-hub.ts';

/** A client whose stream is what a test writes. */
function fakeSupervisor() {
  const opened: ((line: LogLine) => void)[] = [];
  async function* lines(): AsyncGenerator<LogLine> {
    const queue: LogLine[] = [];
    let wake = Promise.withResolvers<void>();
    opened.push((line) => {
      queue.push(line);
      wake.resolve();
    });
    for (;;) {
      const line = queue.shift();
      if (line !== undefined) {
        yield line;
        continue;
      }
      await wake.promise;
      wake = Promise.withResolvers();
    }
  }
  const client: Pick<SupervisorClient, 'logs'> = {
    async logs() {
      const stream = lines();
      return stream;
    },
  };
  return {
    client,
    opened,
    system: (message: string, service: string | null = null) =>
      opened.at(-1)?.({ message, service, isSystem: true, isStdErr: false }),
    service: (service: string, message: string) =>
      opened.at(-1)?.({ message, service, isSystem: false, isStdErr: false }),
  };
}

async function openHub() {
  const supervisor = fakeSupervisor();
  const end = new AbortController();
  const hub = await openLogHub(supervisor.client, end.signal);
  await waitFor('the stream to be read', () => supervisor.opened.length > 0);
  return { ...supervisor, hub };
}

describe('openLogHub', () => {
  it('keeps the latest lines of each service', async () => {
    const { hub, service } = await openHub();
    for (let count = 1; count <= 7; count++) service('a', `line ${count}`);
    await waitFor('the last line', () => hub.tail('a').includes('line 7'));
    expect(hub.tail('a')).toEqual(['line 3', 'line 4', 'line 5', 'line 6', 'line 7']);
  });

  it('holds the lines of services until there is a reader', async () => {
    const { hub, service, system } = await openHub();
    service('a', 'before');
    system("Starting service 'a'");
    service('b', 'last');
    await waitFor('the lines to be held', () => hub.tail('b').length > 0);
    const read: string[] = [];
    hub.passTo(({ message }) => void read.push(message));
    service('a', 'after');
    await waitFor('the line', () => read.length > 2);
    expect(read).toEqual(['before', 'last', 'after']);
  });
});
