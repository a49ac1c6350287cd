import {
  busyboxImage,
  connectEngine,
  freePort,
  pushImage,
  startRegistryProxy,
  waitFor,
} from '@device-supervisor/testbed';
import type { NetworkConfig } from '@device-supervisor/compose';
import { inject } from 'vitest';
import { createEngine } from '../src/index.ts';
import { CONTRACT_IMAGE, type EngineHarness } from '../src/testing/contract/engine-harness.ts';

/** Ends when it is stopped, or with the code that a test writes into a file; at once for the other file. */
const COMMAND = [
  'sh',
  '-c',
  'trap "exit 0" TERM; [ ! -e /crash ] || exit $(cat /crash); ' +
    'while [ ! -e /exit ]; do sleep 0.1; done; code=$(cat /exit); rm /exit; exit $code',
];

/** Fields that the engine's builder adds to every image. */
const PATH = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/** A network of its own addresses, for both protocols. @param octet number of its subnets, which no other test uses */
export function dualStackNetwork(octet: number, labels: NetworkConfig['labels'] = {}): NetworkConfig {
  const pool = (subnet: string) => ({ subnet, gateway: '', ipRange: '', auxAddresses: {} });
  const config = [pool(`10.${octet}.0.0/24`), pool(`fd00:${octet}::/64`)];
  return {
    driver: 'bridge',
    driverOpts: {},
    enableIpv6: true,
    internal: false,
    configOnly: false,
    labels,
    ipam: { driver: 'default', config, options: {} },
  };
}

/** Removes all containers of the engine, with their volumes. */
export async function removeAllContainers(): Promise<void> {
  const docker = connectEngine(inject('engineEndpoint'));
  for (const { Id } of await docker.listContainers({ all: true })) {
    await docker.getContainer(Id).remove({ force: true, v: true });
  }
}

/** The engine of the test run. */
export async function setUpDockerHarness(): Promise<EngineHarness> {
  const endpoint = inject('engineEndpoint');
  const registry = inject('registry');
  const docker = connectEngine(endpoint);
  const resources = new AsyncDisposableStack();
  const engine = resources.use(createEngine({ endpoint }));
  const { reference } = await busyboxImage(endpoint, { ...IMAGE, tag: 'contract:1' });

  /** @returns what it printed */
  const execute = async (container: string, command: string): Promise<string> => {
    const exec = await docker.getContainer(container).exec({ Cmd: ['sh', '-c', command], AttachStdout: true });
    const output = await exec.start({});
    const chunks: Buffer[] = [];
    // Each chunk has a header of eight bytes that names its stream.
    for await (const chunk of output) if (Buffer.isBuffer(chunk)) chunks.push(chunk.subarray(8));
    return Buffer.concat(chunks).toString();
  };

  return {
    engine,
    image: {
      reference,
      config: { ...CONTRACT_IMAGE, command: COMMAND, environment: { ...PATH, ...CONTRACT_IMAGE.environment } },
    },
    unpublished: `${registry}/contract-nothing:1`,
    async publish(name, content) {
      // Pushed under another tag, so that the engine's own tag stays as it is.
      const build = await busyboxImage(endpoint, { ...IMAGE, tag: `${name}:build`, files: { '/content': content } });
      const pushed = await pushImage(endpoint, registry, build.reference);
      await engine.removeImage(pushed.reference);
      await engine.removeImage(build.reference);
      await copyManifest(`http://${registry}/v2/${name}/manifests`, 'build', '1');
      return { tag: `${registry}/${name}:1`, digest: pushed.digestReference };
    },
    async publishHeld(name, content) {
      const proxy = resources.use(await startRegistryProxy(registry));
      const build = await busyboxImage(endpoint, { ...IMAGE, tag: `${name}:1`, files: { '/content': content } });
      const pushed = await pushImage(endpoint, registry, build.reference);
      await engine.removeImage(pushed.reference);
      await engine.removeImage(build.reference);
      proxy.breakWith(({ path }) => (path.includes('/blobs/') ? { after: 100, end: 'stall' } : undefined));
      return {
        tag: `${proxy.host}/${name}:1`,
        reached: async () => {
          await waitFor('the engine to download', () => proxy.blobBytes > 0);
        },
        release: () => proxy.breakWith(undefined),
      };
    },
    async tag(image, tag) {
      const [repo = tag, version = 'latest'] = tag.split(':');
      await docker.getImage(image).tag({ repo, tag: version });
    },
    async exit(container, code) {
      await execute(container, `echo ${code} > /exit`);
    },
    async crash(container) {
      await execute(container, 'echo 3 > /crash; echo 3 > /exit');
    },
    async becomeHealthy(container) {
      await execute(container, 'touch /healthy');
    },
    readFile: (container, path) => execute(container, `cat ${path}`),
    async limitMemory(container, bytes) {
      await docker.getContainer(container).update({ Memory: bytes, MemorySwap: 2 * bytes });
    },
    freePort,
    async [Symbol.asyncDispose]() {
      await engine.removeImage(reference);
      await resources.disposeAsync();
    },
  };
}

const IMAGE = {
  cmd: COMMAND,
  env: CONTRACT_IMAGE.environment,
  labels: CONTRACT_IMAGE.labels,
  exposedPorts: CONTRACT_IMAGE.exposedPorts,
  volumes: CONTRACT_IMAGE.volumes,
  workingDir: CONTRACT_IMAGE.workingDir,
};

const MANIFEST_TYPE = 'application/vnd.docker.distribution.manifest.v2+json';

async function copyManifest(manifests: string, from: string, to: string): Promise<void> {
  const source = await fetch(`${manifests}/${from}`, { headers: { accept: MANIFEST_TYPE } });
  const body = await source.text();
  const copied = await fetch(`${manifests}/${to}`, { method: 'PUT', headers: { 'content-type': MANIFEST_TYPE }, body });
  if (!copied.ok) throw new Error(`the registry refused the manifest: ${copied.status} ${await copied.text()}`);
}
