import { describe, expect, it } from 'vitest';
import { LABELS, type ContainerConfig } from '@device-supervisor/compose';
import { NameConflictError, ObjectInUseError, PortInUseError } from '../../errors.ts';
import { networkConfig, rejection, NO_ENDPOINT, LEASE, type ContractSubject } from './contract-subject.ts';

/** The contract of engines for networks and ports. */
export function describeNetworks(subject: ContractSubject): void {
  const { observe, create, run, find } = subject;
  describe('networks', () => {
    it('creates one, and creating it again changes nothing', async () => {
      const config = networkConfig({ driverOpts: { 'com.docker.network.driver.mtu': '1400' } });
      await subject.engine.createNetwork('contract-net', config);
      await subject.engine.createNetwork('contract-net', config);
      const found = (await observe()).networks.filter((one) => one.name === 'contract-net');
      expect(found).toMatchObject([{ supervised: true, appId: 7, config }]);
    });

    it('refuses a name that another has', async () => {
      await subject.engine.createNetwork('contract-net', networkConfig());
      const error = await rejection(subject.engine.createNetwork('contract-net', networkConfig({ internal: true })));
      expect(error).toBeInstanceOf(NameConflictError);
      expect(error).toMatchObject({ details: { kind: 'network', name: 'contract-net' } });
    });

    it('gives back the address range that it was asked for', async () => {
      const labels = { ...networkConfig().labels, [LABELS.userIpam]: 'true' };
      const pool = { subnet: '10.222.0.0/24', gateway: '10.222.0.9', ipRange: '10.222.0.128/25', auxAddresses: {} };
      const config = networkConfig({ labels, ipam: { driver: 'default', config: [pool], options: {} } });
      await subject.engine.createNetwork('contract-net', config);
      expect((await observe()).networks.find((one) => one.name === 'contract-net')?.config).toEqual(config);
    });

    it('gives back one that only holds configuration', async () => {
      const config = networkConfig({ configOnly: true });
      await subject.engine.createNetwork('contract-net', config);
      expect((await observe()).networks.find((one) => one.name === 'contract-net')?.config).toEqual(config);
    });

    it("lists the engine's own, as not ours", async () => {
      const { networks } = await observe();
      for (const own of ['bridge', 'host', 'none']) {
        expect(networks.find((one) => one.name === own)).toMatchObject({ supervised: false, appId: null });
      }
    });

    it('creates a container in the first, and connects it to more before it starts', async () => {
      await subject.engine.createNetwork('contract-a', networkConfig());
      await subject.engine.createNetwork('contract-b', networkConfig());
      const first = { ...NO_ENDPOINT, aliases: ['one', 'web'] };
      const second = { ...NO_ENDPOINT, aliases: ['two'] };
      const networks = { 'contract-a': first, 'contract-b': second };
      const created = await create('contract-web', { networkMode: 'contract-a', networks });
      expect(created.config).toMatchObject({ networkMode: 'contract-a', networks: { 'contract-a': first } });
      expect(Object.keys(created.config.networks)).toEqual(['contract-a']);

      await subject.engine.connectNetwork('contract-web', 'contract-b', second);
      expect((await find('contract-web')).config.networks).toEqual(networks);
      await subject.engine.connectNetwork('contract-web', 'contract-b', second);
      await subject.engine.startContainer('contract-web');
      expect((await find('contract-web')).config.networks).toEqual(networks);
    });

    it('connects only a container that is there', async () => {
      await subject.engine.createNetwork('contract-net', networkConfig());
      const error = await rejection(subject.engine.connectNetwork('contract-nothing', 'contract-net', NO_ENDPOINT));
      expect(error).toMatchObject({ code: 'NOT_FOUND_ON_ENGINE', details: { kind: 'container' } });
    });

    it('does not start a container that was connected to a network which is not there', async () => {
      await subject.engine.createNetwork('contract-net', networkConfig());
      await create('contract-web', { networkMode: 'contract-net', networks: { 'contract-net': NO_ENDPOINT } });
      // Engines of some versions refuse to connect it, others to start it.
      const connected = subject.engine.connectNetwork('contract-web', 'contract-nothing', NO_ENDPOINT);
      const error = await rejection(connected.then(() => subject.engine.startContainer('contract-web')));
      expect(error).toMatchObject({
        code: 'NOT_FOUND_ON_ENGINE',
        details: { kind: 'network', name: 'contract-nothing' },
      });
    });

    it('does not start a container whose network is gone, and says why', async () => {
      const endpoint = { 'contract-net': NO_ENDPOINT };
      await subject.engine.createNetwork('contract-net', networkConfig());
      await create('contract-web', { networkMode: 'contract-net', networks: endpoint });
      const { networks } = await observe();
      await subject.engine.removeNetwork(networks.find((one) => one.name === 'contract-net')?.id ?? '');
      const error = await rejection(subject.engine.startContainer('contract-web'));
      expect(error).toMatchObject({
        code: 'NOT_FOUND_ON_ENGINE',
        details: { kind: 'network', name: 'contract-net' },
      });
      const container = await find('contract-web');
      expect(container).toMatchObject({ status: 'created', exitCode: 128 });
      expect(container.error).toContain('network contract-net not found');
    });

    it('keeps one that a running container is in, and removes it when that has stopped', async () => {
      await subject.engine.createNetwork('contract-net', networkConfig());
      const network = (await observe()).networks.find((one) => one.name === 'contract-net')?.id ?? '';
      const { id } = await run('contract-web', {
        networkMode: 'contract-net',
        networks: { 'contract-net': NO_ENDPOINT },
      });
      const error = await rejection(subject.engine.removeNetwork(network));
      expect(error).toBeInstanceOf(ObjectInUseError);
      expect(error).toMatchObject({ details: { kind: 'network', name: 'contract-net' } });
      await subject.engine.stopContainer(id, LEASE, 5);
      await subject.engine.removeNetwork(network);
      await subject.engine.removeNetwork(network);
      expect((await observe()).networks.some((one) => one.name === 'contract-net')).toBe(false);
    });

    it("lends a container another's network stack, while that runs", async () => {
      const parent = await create('contract-parent', { hostname: 'parent' });
      const networkMode = `container:${parent.id}`;
      const child = await create('contract-child', { networkMode });
      expect(child.config).toMatchObject({ networkMode, networks: {}, hostname: '' });
      expect(await rejection(subject.engine.startContainer('contract-child'))).toMatchObject({
        code: 'ENGINE_REQUEST_FAILED',
      });
      await subject.engine.startContainer(parent.id);
      await subject.engine.startContainer('contract-child');
      expect(await find('contract-child')).toMatchObject({ status: 'running', error: '', config: child.config });
    });
  });

  describe('ports', () => {
    const publish = (port: number): Partial<ContainerConfig> => ({
      networkMode: 'bridge',
      networks: { bridge: NO_ENDPOINT },
      exposedPorts: ['80/tcp'],
      portBindings: [{ containerPort: '80/tcp', hostIp: '', hostPort: String(port) }],
    });

    it('opens them while the container runs', async () => {
      const port = await subject.harness.freePort();
      const { id, publishedPorts } = await run('contract-web', publish(port));
      expect(publishedPorts).toContainEqual({ containerPort: '80/tcp', hostIp: '0.0.0.0', hostPort: port });
      await subject.engine.stopContainer(id, LEASE, 5);
      expect((await find('contract-web')).publishedPorts).toEqual([]);
    });

    it('refuses one that another container has, says so, and gives it when it is free', async () => {
      const port = await subject.harness.freePort();
      const { id } = await run('contract-web', publish(port));
      const error = await rejection(run('contract-worker', publish(port)));
      expect(error).toBeInstanceOf(PortInUseError);
      expect(error).toMatchObject({ details: { port, address: '0.0.0.0' } });
      const refused = await find('contract-worker');
      expect(refused).toMatchObject({ status: 'created', startedAt: null });
      expect(refused.error).toContain('port is already allocated');
      await subject.engine.stopContainer(id, LEASE, 5);
      await subject.engine.startContainer('contract-worker');
      expect(await find('contract-worker')).toMatchObject({ status: 'running', error: '' });
    });

    it('opens none that the container does not expose', async () => {
      const port = await subject.harness.freePort();
      expect((await run('contract-web', { ...publish(port), exposedPorts: [] })).publishedPorts).toEqual([]);
    });

    it('picks one when none is asked for', async () => {
      const { publishedPorts } = await run('contract-web', {
        ...publish(0),
        portBindings: [{ containerPort: '80/tcp', hostIp: '127.0.0.1', hostPort: '' }],
      });
      expect(publishedPorts).toMatchObject([{ containerPort: '80/tcp', hostIp: '127.0.0.1' }]);
      expect(publishedPorts[0]?.hostPort).toBeGreaterThan(1023);
    });
  });
}
