import { once } from 'node:events';
import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxImage, connectEngine } from '@device-supervisor/testbed';
import { afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { createUpdateLocks, LeaseCompromisedError, LOCK_NAMES, type DeviceUpdateLocks } from '../src/index.ts';
import { countLines, takeTurns, type Contender } from './take-turns.ts';
import { createTemporaryDirectory, type TemporaryDirectory } from './temporary-directory.ts';

const CONTENDER = readFileSync(join(import.meta.dirname, 'contender.sh'), 'utf8');
/** The machine's programs, for those that the image has not: `lockfile`, and `test` with `-ef`. */
const MACHINE = ['/usr:/usr:ro', '/lib:/lib:ro', '/lib64:/lib64:ro'];

type Docker = ReturnType<typeof connectEngine>;
type Container = ReturnType<Docker['getContainer']>;

let docker: Docker;
let image: string;
let temporary: TemporaryDirectory;
let locks: DeviceUpdateLocks;
let containers: Container[];

beforeAll(async () => {
  docker = connectEngine(inject('engineEndpoint'));
  ({ reference: image } = await busyboxImage(inject('engineEndpoint'), {
    tag: 'lock-contender:1',
    files: { '/contender.sh': CONTENDER },
  }));
});

beforeEach(async () => {
  temporary = createTemporaryDirectory();
  locks = createUpdateLocks({ directory: temporary.directory, holder: 'device-supervisor', verifyInterval: 1000 });
  containers = [];
  await locks.prepare(1, ['web']);
});

afterEach(async () => {
  await Promise.all(containers.map((container) => container.remove({ force: true })));
  await locks[Symbol.asyncDispose]();
  expect(temporary.litter()).toEqual([]);
  temporary[Symbol.dispose]();
});

/** A container of the service, with its lock directory where services have it. */
async function createService(user: string, command?: readonly string[]): Promise<Container> {
  const container = await docker.createContainer({
    Image: image,
    User: user,
    Tty: true,
    ...(command === undefined ? {} : { Cmd: [...command] }),
    HostConfig: { NetworkMode: 'none', Binds: [`${temporary.service(1, 'web')}:/tmp/balena`, ...MACHINE] },
  });
  containers.push(container);
  return container;
}

async function startService(user: string): Promise<Container> {
  const container = await createService(user);
  await container.start();
  return container;
}

/** @returns exit code of the command */
async function runIn(container: Container, command: string): Promise<number> {
  const execution = await container.exec({ Cmd: ['sh', '-c', command], AttachStdout: true, AttachStderr: true });
  const output = await execution.start({});
  output.resume();
  await once(output, 'end');
  return (await execution.inspect()).ExitCode ?? -1;
}

async function contend(user: string, way: string, name: string): Promise<Contender> {
  const container = await createService(user, ['sh', '/contender.sh', way, `/tmp/balena/${name}`, '/tmp/stop']);
  const output = await container.attach({ stream: true, stdout: true });
  const lines = new Map<string, number>();
  output.setEncoding('utf8').on('data', (text: string) => countLines(lines, text));
  await container.start();
  return { way: `${way} as ${user}`, lines };
}

describe('containers of several users that race for a lock', () => {
  it.each([
    ['updates.lock', ['0 mkdir', '1000 open', '65534 lockfile', '1000 symlink']],
    ['resin-updates.lock', ['1000 mkdir', '0 open', '0 lockfile', '65534 link']],
    // Wrappers of flock(1) take turns with their like alone, on the file that they make or find.
    ['updates.lock', ['1001 flock', '1001 flock']],
  ])('never hold %s together with us', async (name, racing) => {
    const contenders = await Promise.all(
      racing.map((one) => {
        const [user = '', way = ''] = one.split(' ');
        return contend(user, way, name);
      }),
    );
    const { violations, refusals } = await takeTurns(locks, temporary.service(1, 'web'), contenders);
    expect(violations).toBe(0);
    expect(refusals).toEqual(refusals.map(() => [{ appId: 1, service: 'web' }]));
    expect(contenders.filter(({ lines }) => lines.has('violation'))).toEqual([]);
  });
});

/** The object, how a service makes it, and how it removes it. */
const FORMS = [
  ['a file', 'set -C; : > LOCK', 'rm LOCK'],
  ['a directory', 'mkdir LOCK', 'rmdir LOCK'],
  ['a link to a directory of the host', 'ln -s /etc LOCK', 'rm LOCK'],
  ['a dangling link', 'ln -s nowhere LOCK', 'rm LOCK'],
  ['what the program lockfile makes', 'lockfile -r0 LOCK', 'rm -f LOCK'],
] as const;

describe.each([
  ['root', '0'],
  ['an ordinary user', '1000'],
])('a service that runs as %s', (_, user) => {
  it('takes its lock in any form and under either name, and gives it back', async () => {
    const service = await startService(user);
    for (const [index, [form, take, release]] of FORMS.entries()) {
      const name = LOCK_NAMES[(index + Number(user === '0')) % LOCK_NAMES.length] ?? '';
      const run = (command: string): Promise<number> => runIn(service, command.replace('LOCK', `/tmp/balena/${name}`));
      const acquire = () => locks.acquire({ appId: 1, services: ['db', 'web'], force: false });
      expect([form, await run(take)]).toEqual([form, 0]);
      expect([form, await acquire()]).toEqual([form, { status: 'held', holders: [{ appId: 1, service: 'web' }] }]);
      expect([form, await run(release)]).toEqual([form, 0]);
      const result = await acquire();
      if (result.status !== 'acquired') throw new Error(`${form} was given back, and is still there`);
      expect([form, await run(take)]).not.toEqual([form, 0]);
      await result.lease[Symbol.asyncDispose]();
    }
  });
});

describe('our lock', () => {
  it('cannot be removed, opened or replaced by an ordinary user of a container', async () => {
    const service = await startService('1000');
    const result = await locks.acquire({ appId: 1, services: ['web'], force: false });
    if (result.status !== 'acquired') throw new Error('a lock is held');
    for (const attempt of ['rm -f', 'cat', 'mv -f /etc/passwd', 'flock -n', 'ln -sf nowhere', 'truncate -s 0']) {
      expect([attempt, await runIn(service, `${attempt} /tmp/balena/updates.lock`)]).not.toEqual([attempt, 0]);
    }
    expect(() => result.lease.assertHeld('web')).not.toThrow();
    await result.lease[Symbol.asyncDispose]();
    expect(readdirSync(temporary.service(1, 'web'))).toEqual([]);
  });

  it('that root in a container removed is missed, and what took its place is left alone', async () => {
    const service = await startService('0');
    const result = await locks.acquire({ appId: 1, services: ['web'], force: false });
    if (result.status !== 'acquired') throw new Error('a lock is held');
    expect(await runIn(service, 'rm /tmp/balena/updates.lock && mkdir /tmp/balena/updates.lock')).toBe(0);
    expect(() => result.lease.assertHeld('web')).toThrow(LeaseCompromisedError);
    await result.lease[Symbol.asyncDispose]();
    expect(readdirSync(temporary.service(1, 'web'))).toEqual(['updates.lock']);
    expect((await locks.acquire({ appId: 1, services: ['web'], force: false })).status).toBe('held');
  });

  it('is taken by force from any user, whatever the lock is made of', async () => {
    const service = await startService('1000');
    await runIn(service, 'mkdir -p /tmp/balena/updates.lock/a/b && chmod 0 /tmp/balena/updates.lock/a');
    await runIn(service, 'ln -s /tmp/balena/updates.lock /tmp/balena/resin-updates.lock');
    const result = await locks.acquire({ appId: 1, services: ['web'], force: true });
    expect(result.status).toBe('acquired');
    if (result.status === 'acquired') await result.lease[Symbol.asyncDispose]();
    expect(readdirSync(temporary.service(1, 'web'))).toEqual([]);
  });
});

describe('the directory of a service', () => {
  it('is repaired when root in a container closed it to the other users', async () => {
    const [root, user] = [await startService('0'), await startService('1000')];
    expect(await runIn(root, 'chmod 700 /tmp/balena')).toBe(0);
    expect(await runIn(user, 'mkdir /tmp/balena/updates.lock')).not.toBe(0);
    await locks.prepare(1, ['web']);
    expect(lstatSync(temporary.service(1, 'web')).mode & 0o7777).toBe(0o1777);
    expect(await runIn(user, 'mkdir /tmp/balena/updates.lock')).toBe(0);
  });

  it('is replaced when it is a link, and nothing behind the link is touched', async () => {
    mkdirSync(temporary.elsewhere);
    writeFileSync(join(temporary.elsewhere, 'updates.lock'), '');
    symlinkSync(temporary.elsewhere, temporary.service(1, 'linked'));
    const result = await locks.acquire({ appId: 1, services: ['linked'], force: true });
    expect(result.status).toBe('acquired');
    if (result.status === 'acquired') await result.lease[Symbol.asyncDispose]();
    expect(lstatSync(temporary.service(1, 'linked')).isDirectory()).toBe(true);
    expect(readdirSync(temporary.elsewhere)).toEqual(['updates.lock']);
  });
});
