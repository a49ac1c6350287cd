import { describe, expect, it } from 'vitest';
import { LABELS, SecretText, withImageDefaults } from '@device-supervisor/compose';
import { EngineRequestError, ImageNotFoundError, NameConflictError, NotFoundError } from '../../errors.ts';
import { serviceConfig, rejection, LEASE, type ContractSubject } from './contract-subject.ts';
import { HEALTHCHECK } from './engine-harness.ts';

const MIB = 1024 * 1024;
const { resources: NO_LIMITS } = serviceConfig();

/** The contract of engines for containers. */
export function describeContainers(subject: ContractSubject): void {
  const { observe, create, run, find, waitForContainer } = subject;
  describe('observing containers', () => {
    it('describes one that was created and not started', async () => {
      const container = await create('contract-web');
      const { images } = await observe(subject.harness.image.reference);
      expect(container).toMatchObject({
        name: 'contract-web',
        imageId: images.find(({ tags }) => tags.includes(subject.harness.image.reference))?.id,
        imageReference: subject.harness.image.reference,
        identity: { appId: 7, appUuid: 'a1b2', serviceId: 11, serviceName: 'web' },
        status: 'created',
        health: 'none',
        exitCode: 0,
        error: '',
        startedAt: null,
        restartCount: 0,
        publishedPorts: [],
      });
      expect(container.id).toMatch(/^[0-9a-f]{64}$/);
    });

    it('gives the configuration that it was created with, completed by the image', async () => {
      const changes = { environment: { OWN: 'a=b', IN_BOTH: 'own' }, exposedPorts: ['80/tcp'], user: 'nobody' };
      const { config } = await create('contract-web', changes);
      expect(config).toEqual(withImageDefaults(serviceConfig(changes), subject.harness.image.config));
    });

    it("takes the image's arguments also with another entrypoint", async () => {
      const { config } = await create('contract-web', { entrypoint: ['sleep'] });
      expect(config).toMatchObject({ entrypoint: ['sleep'], command: subject.harness.image.config.command });
    });

    it('leaves out those without the label', async () => {
      await create('contract-web');
      const config = serviceConfig({ labels: { [LABELS.supervised]: 'false' } });
      await subject.engine.createContainer({
        name: 'contract-foreign',
        image: subject.harness.image.reference,
        config,
      });
      expect((await observe()).containers.map((one) => one.name)).toEqual(['contract-web']);
    });

    it('knows its own by the former labels too', async () => {
      const labels = {
        'io.resin.supervised': 'true',
        'io.resin.app-id': '7',
        'io.resin.service-id': '11',
        'io.resin.service-name': 'web',
      };
      const { identity, config } = await create('contract-web', { labels });
      expect(identity).toEqual({ appId: 7, serviceId: 11, serviceName: 'web' });
      expect(config.labels).toEqual({ ...labels, 'from-image': 'yes' });
    });

    it('has no identity for one whose labels name no service', async () => {
      expect((await create('contract-web', { labels: { [LABELS.supervised]: '1' } })).identity).toBeNull();
    });

    it('notices what others change', async () => {
      await run('contract-web');
      await subject.harness.limitMemory('contract-web', 64 * 1024 * 1024);
      const changed = await waitForContainer('contract-web', ({ config }) => config.resources.memory !== 0);
      expect(changed.config.resources).toMatchObject({ memory: 64 * 1024 * 1024, memorySwap: 0 });
    });
  });

  describe('the life of a container', () => {
    it('starts it', async () => {
      const container = await run('contract-web');
      expect(container).toMatchObject({ status: 'running', exitCode: 0, error: '' });
      expect(container.startedAt).toBeGreaterThanOrEqual(container.createdAt);
    });

    it('starts it once', async () => {
      const first = await run('contract-web');
      await subject.engine.startContainer(first.id);
      expect(await find('contract-web')).toEqual(first);
    });

    it('does not start what is not there', async () => {
      const error = await rejection(subject.engine.startContainer('contract-nothing'));
      expect(error).toBeInstanceOf(NotFoundError);
      expect(error).toMatchObject({ details: { kind: 'container', name: 'contract-nothing' } });
    });

    it('stops it, also when it shall always restart', async () => {
      const { id } = await run('contract-web', { restart: { name: 'always', maximumRetryCount: 0 } });
      await subject.engine.stopContainer(id, LEASE, 5);
      expect(await find('contract-web')).toMatchObject({ status: 'exited', restartCount: 0, publishedPorts: [] });
    });

    it("stops it within the container's own time", async () => {
      const { id } = await run('contract-web', { stopTimeout: 1 });
      await subject.engine.stopContainer(id, LEASE, null);
      expect(await find('contract-web')).toMatchObject({ status: 'exited' });
    });

    it('is content when there is nothing to stop', async () => {
      const { id } = await create('contract-web');
      await subject.engine.stopContainer(id, LEASE, 1);
      await subject.engine.stopContainer('f'.repeat(64), LEASE, null);
      expect(await find('contract-web')).toMatchObject({ status: 'created' });
    });

    it('removes it, running or not', async () => {
      const running = await run('contract-web');
      const created = await create('contract-worker');
      await subject.engine.removeContainer(running.id, LEASE);
      await subject.engine.removeContainer(created.id, LEASE);
      expect((await observe()).containers).toEqual([]);
    });

    it('is content when there is nothing to remove', async () => {
      const { id } = await create('contract-web');
      await Promise.all([subject.engine.removeContainer(id, LEASE), subject.engine.removeContainer(id, LEASE)]);
      await subject.engine.removeContainer(id, LEASE);
      expect((await observe()).containers).toEqual([]);
    });

    it('refuses a name that another has', async () => {
      const { id } = await create('contract-web');
      const error = await rejection(create('contract-web'));
      expect(error).toBeInstanceOf(NameConflictError);
      expect(error).toMatchObject({ details: { kind: 'container', name: 'contract-web' } });
      expect((await find('contract-web')).id).toBe(id);
    });

    it('refuses an image that is not there', async () => {
      const config = serviceConfig();
      const error = await rejection(
        subject.engine.createContainer({ name: 'contract-web', image: 'contract/nothing:1', config }),
      );
      expect(error).toBeInstanceOf(ImageNotFoundError);
      expect(error).toMatchObject({ details: { reference: 'contract/nothing:1' } });
    });

    it('renames it, and keeps it running', async () => {
      const before = await run('contract-web');
      await subject.engine.renameContainer(before.id, 'contract-web-2', LEASE);
      expect(await find('contract-web-2')).toEqual({ ...before, name: 'contract-web-2' });
      await subject.engine.renameContainer(before.id, 'contract-web-2', LEASE);
    });

    it('does not rename to a name that another has, nor what is not there', async () => {
      const { id } = await create('contract-web');
      await create('contract-worker');
      expect(await rejection(subject.engine.renameContainer(id, 'contract-worker', LEASE))).toBeInstanceOf(
        NameConflictError,
      );
      expect(await rejection(subject.engine.renameContainer('f'.repeat(64), 'contract-x', LEASE))).toBeInstanceOf(
        NotFoundError,
      );
      expect((await find('contract-web')).id).toBe(id);
    });

    it('does not rename it while the engine waits to restart it, unless it is stopped', async () => {
      const { id } = await run('contract-web', {
        networkMode: 'none',
        restart: { name: 'always', maximumRetryCount: 0 },
      });
      await subject.harness.crash('contract-web');
      const before = await waitForContainer(
        'contract-web',
        ({ status, restartCount }) => status === 'restarting' && restartCount > 5,
      );
      expect(await subject.engine.renameContainer(id, 'contract-web-2', LEASE)).toBe('restarting');
      expect(await subject.engine.renameContainer(id, 'contract-web', LEASE)).toBe('renamed');
      await subject.engine.stopContainer(id, LEASE, 5);
      const { exitCode, restartCount } = before;
      expect(await find('contract-web')).toMatchObject({ status: 'exited', exitCode, restartCount });
      expect(await subject.engine.renameContainer(id, 'contract-web-2', LEASE)).toBe('renamed');
      expect(await find('contract-web-2')).toMatchObject({ id, status: 'exited' });
    });

    it('renames one that borrows the network of another at any time', async () => {
      const parent = await run('contract-worker');
      const { id } = await run('contract-web', {
        networkMode: `container:${parent.id}`,
        restart: { name: 'always', maximumRetryCount: 0 },
      });
      await subject.harness.crash('contract-web');
      await waitForContainer('contract-web', ({ status, restartCount }) => status === 'restarting' && restartCount > 1);
      expect(await subject.engine.renameContainer(id, 'contract-web-2', LEASE)).toBe('renamed');
    });

    it('puts files into one that was not started, again and again, and into none that is not there', async () => {
      const { id } = await create('contract-web');
      const file = (content: string) => [
        { path: '/run/secrets/key', mode: 0o444, uid: 0, gid: 0, content: new SecretText(content) },
      ];
      await subject.engine.putFiles(id, file('first'));
      await subject.engine.putFiles('contract-web', file('second'));
      await subject.engine.startContainer(id);
      expect(await subject.harness.readFile('contract-web', '/run/secrets/key')).toBe('second');
      expect(await rejection(subject.engine.putFiles('f'.repeat(64), file('x')))).toBeInstanceOf(NotFoundError);
    });

    it('changes limits and the restart policy of one that runs, and of one that does not', async () => {
      const [running, created] = [await run('contract-web'), await create('contract-worker')];
      const limits = { memory: 64 * MIB, nanoCpus: 500_000_000, cpuShares: 512, cpusetCpus: '0', pidsLimit: 100 };
      const config = {
        resources: { ...running.config.resources, ...limits },
        restart: { name: 'on-failure', maximumRetryCount: 3 },
      } as const;
      for (const before of [running, created]) {
        await subject.engine.updateContainer(before.id, config);
        expect(await find(before.name)).toEqual({ ...before, config: { ...before.config, ...config } });
      }
    });

    it('raises and lowers a limit of memory, with swap and without', async () => {
      const { id, config } = await create('contract-web', { resources: { ...NO_LIMITS, memory: 64 * MIB } });
      for (const memory of [256 * MIB, 32 * MIB]) {
        await subject.engine.updateContainer(id, { ...config, resources: { ...NO_LIMITS, memory } });
        expect((await find('contract-web')).config.resources).toEqual({ ...NO_LIMITS, memory });
      }
    });

    it('keeps the limits that a change does not name', async () => {
      const resources = { ...NO_LIMITS, memory: 64 * MIB, pidsLimit: 50 };
      const { id, config } = await create('contract-web', { resources });
      await subject.engine.updateContainer(id, { ...config, resources: { ...NO_LIMITS, cpuShares: 512 } });
      expect((await find('contract-web')).config.resources).toEqual({ ...resources, cpuShares: 512 });
    });

    it('does not change what is not there, nor to what cannot be', async () => {
      const { id, config } = await create('contract-web');
      const change = { ...config, resources: { ...NO_LIMITS, memory: MIB } };
      expect(await rejection(subject.engine.updateContainer('f'.repeat(64), config))).toBeInstanceOf(NotFoundError);
      expect(await rejection(subject.engine.updateContainer(id, change))).toBeInstanceOf(EngineRequestError);
      expect((await find('contract-web')).config).toEqual(config);
    });

    it('shows how it ended', async () => {
      await run('contract-web');
      await subject.harness.exit('contract-web', 3);
      const ended = await waitForContainer('contract-web', ({ status }) => status === 'exited');
      expect(ended).toMatchObject({ exitCode: 3, restartCount: 0, health: 'none' });
    });

    it.each([
      ['always', 0],
      ['unless-stopped', 3],
      ['on-failure', 3],
    ] as const)('restarts it with the policy %s after exit code %i', async (policy, code) => {
      await run('contract-web', { restart: { name: policy, maximumRetryCount: 0 } });
      await subject.harness.exit('contract-web', code);
      const back = await waitForContainer('contract-web', ({ restartCount }) => restartCount === 1);
      expect(['running', 'restarting']).toContain(back.status);
    });

    it('does not restart with the policy on-failure what succeeded', async () => {
      await run('contract-web', { restart: { name: 'on-failure', maximumRetryCount: 0 } });
      await subject.harness.exit('contract-web', 0);
      const ended = await waitForContainer('contract-web', ({ status }) => status === 'exited');
      expect(ended).toMatchObject({ exitCode: 0, restartCount: 0 });
    });

    it('follows its health', async () => {
      expect(await run('contract-web', { healthcheck: HEALTHCHECK })).toMatchObject({ health: 'starting' });
      await subject.harness.becomeHealthy('contract-web');
      const healthy = await waitForContainer('contract-web', ({ health }) => health === 'healthy');
      await subject.engine.stopContainer(healthy.id, LEASE, 5);
      expect(await find('contract-web')).toMatchObject({ status: 'exited', health: 'unhealthy' });
    });
  });
}
