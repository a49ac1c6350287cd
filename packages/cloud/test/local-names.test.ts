import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import createMulticastDns from 'multicast-dns';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { lookupLocalNames } from '../src/index.ts';

const ip = (...options: readonly string[]): Promise<unknown> => promisify(execFile)('ip', options);

/** A network of the test's own, in the namespace that it runs in. */
beforeAll(async () => {
  await ip('link', 'add', 'mdns-a', 'type', 'veth', 'peer', 'name', 'mdns-b');
  await ip('address', 'add', '192.0.2.1/24', 'dev', 'mdns-a');
  for (const name of ['mdns-a', 'mdns-b']) await ip('link', 'set', name, 'up');
  await ip('route', 'add', '224.0.0.0/4', 'dev', 'mdns-a');
});
afterAll(() => ip('link', 'delete', 'mdns-a'));

/** The result of a lookup. */
function find(hostname: string, all: boolean): Promise<unknown> {
  return new Promise((resolve) => {
    lookupLocalNames(hostname, { all }, (error, address) => resolve(error === null ? address : error.code));
  });
}

it('asks the local network for names that end in .local, and the system for others', async () => {
  const responder = createMulticastDns();
  responder.on('query', ({ questions }) => {
    if (questions?.some(({ name }) => name === 'cloud-of-a-test.local') === true) {
      responder.respond({ answers: [{ name: 'Cloud-of-a-test.local', type: 'A', ttl: 1, data: '192.0.2.7' }] });
    }
  });
  try {
    expect(await find('cloud-of-a-test.local', false)).toBe('192.0.2.7');
    expect(await find('Cloud-of-a-test.local.', true)).toEqual([{ address: '192.0.2.7', family: 4 }]);
    expect(await find('absent-in-a-test.local', true)).toBe('ENOTFOUND');
    expect(await find('localhost', true)).toContainEqual({ address: '127.0.0.1', family: 4 });
  } finally {
    responder.destroy();
  }
});
