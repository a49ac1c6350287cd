import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { connectEngine } from '@device-supervisor/testbed';
import type { ContainerConfig, Hook, ObservedContainer } from '@device-supervisor/compose';
import { HookFailedError } from '../src/errors.ts';
import { LEASE, rejection, serviceConfig } from '../src/testing/contract/contract-subject.ts';
import type { EngineHarness } from '../src/testing/contract/engine-harness.ts';
import { setUpDockerHarness } from './docker-harness.ts';

const HOOK: Hook = { command: ['true'], user: '', privileged: false, workingDir: '', environment: {} };
const docker = () => connectEngine(inject('engineEndpoint'));

let harness: EngineHarness;
beforeAll(async () => {
  harness = await setUpDockerHarness();
});
afterEach(async () => {
  for (const { Id } of await docker().listContainers({ all: true })) {
    await docker().getContainer(Id).remove({ force: true, v: true });
  }
});
afterAll(async () => {
  await harness.engine.removeVolume('hook-data');
  await harness[Symbol.asyncDispose]();
});

async function create(name: string, changes: Partial<ContainerConfig> = {}): Promise<void> {
  await harness.engine.createContainer({ name, image: harness.image.reference, config: serviceConfig(changes) });
}

async function observe(name: string): Promise<ObservedContainer> {
  const { containers } = await harness.engine.observe({ imageReferences: [] });
  const found = containers.find((one) => one.name === name);
  if (found === undefined) throw new Error(`there is no container ${name}`);
  return found;
}

async function run(name: string, changes: Partial<ContainerConfig> = {}): Promise<ObservedContainer> {
  await create(name, changes);
  await harness.engine.startContainer(name);
  return observe(name);
}

/** Writes a line into a volume, which outlives the container. */
function note(line: string): Hook {
  return { ...HOOK, command: ['sh', '-c', `echo "${line} $(id -un) $(pwd) $NOTE" >> /data/notes`] };
}

const DATA: ContainerConfig['mounts'] = [{ type: 'volume', source: 'hook-data', target: '/data', readOnly: false }];

/** Returns the recorded lines and clears them. */
async function takeNotes(): Promise<string[]> {
  const { id } = await run('reader', { mounts: DATA });
  const lines = (await harness.readFile(id, '/data/notes; rm -f /data/notes')).split('\n');
  await harness.engine.removeContainer(id, LEASE);
  return lines.filter((line) => line !== '');
}

describe('hooks', () => {
  it('are run after each start, and before each stop, as who they say and in their order', async () => {
    const second = { ...note('second'), user: 'nobody', workingDir: '/tmp', environment: { NOTE: 'a=b' } };
    const { id } = await run('web', {
      mounts: DATA,
      user: 'root',
      postStart: [note('first'), { ...second, command: ['sh', '-c', 'echo ok'] }, { ...second, user: 'root' }],
      preStop: [note('stopping')],
    });
    await harness.engine.startContainer(id);
    await harness.engine.stopContainer(id, LEASE, 0);
    await harness.engine.stopContainer(id, LEASE, 0);
    expect(await takeNotes()).toEqual(['first root /tmp ', 'second root /tmp a=b', 'stopping root /tmp ']);
    await harness.engine.startContainer(id);
    expect(await takeNotes()).toEqual(['first root /tmp ', 'second root /tmp a=b']);
  });

  it('that fail after the start leave the container running, and are reported without their output', async () => {
    await create('web', { postStart: [{ ...HOOK, command: ['sh', '-c', 'echo secret; exit 3'] }] });
    const error = await rejection(harness.engine.startContainer('web'));
    expect(error).toBeInstanceOf(HookFailedError);
    expect(error).toMatchObject({
      message: 'post_start[0] of container web failed: it ended with exit code 3',
      details: { container: 'web', hook: 'post_start[0]' },
    });
    expect(await observe('web')).toMatchObject({ status: 'running' });
    await harness.engine.startContainer('web');
  });

  it('that are no program of the container are reported', async () => {
    await create('web', { postStart: [{ ...HOOK, command: ['no-such-program'] }] });
    expect(await rejection(harness.engine.startContainer('web'))).toBeInstanceOf(HookFailedError);
  });

  it('that fail before the stop do not keep the container from it', async () => {
    const { id } = await run('web', { preStop: [{ ...HOOK, command: ['false'] }, note('not reached')], mounts: DATA });
    const error = await rejection(harness.engine.stopContainer(id, LEASE, 0));
    expect(error).toMatchObject({ details: { hook: 'pre_stop[0]' } });
    expect(await observe('web')).toMatchObject({ status: 'exited' });
    expect(await takeNotes()).toEqual([]);
  });
});

describe('what containers share', () => {
  it.each<[string, (id: string) => Partial<ContainerConfig>]>([
    ['processes', (id) => ({ pid: `container:${id}` })],
    ['memory', (id) => ({ ipc: `container:${id}` })],
    ['mounts', (id) => ({ volumesFrom: [`${id}:ro`] })],
    ['mounts to write to', (id) => ({ volumesFrom: [`${id}:rw`] })],
  ])('is read back: %s', async (_, share) => {
    const { id } = await run('peer', { mounts: DATA, anonymousVolumes: ['/cache'] });
    const changes = share(id);
    const { config } = await run('web', changes);
    expect(config).toMatchObject(changes);
    expect(config.mounts).toEqual([]);
  });

  it('is there: files of named and of anonymous volumes', async () => {
    const { id } = await run('peer', {
      mounts: DATA,
      anonymousVolumes: ['/cache'],
      postStart: [{ ...HOOK, command: ['sh', '-c', 'echo kept > /cache/file'] }],
    });
    await run('web', { volumesFrom: [`${id}:ro`] });
    expect(await harness.readFile('web', '/cache/file')).toBe('kept\n');
    expect(await harness.readFile('web', '/dev/null; touch /cache/x 2>&1 | grep -o "Read-only"')).toBe('Read-only\n');
  });
});
