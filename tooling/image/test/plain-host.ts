import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { BuiltImage } from '@device-supervisor/image';
import {
  busyboxImage,
  connectEngine,
  startDeviceHost,
  waitFor,
  type DeviceHost,
  type HostUnit,
} from '@device-supervisor/testbed';
import type Docker from 'dockerode';
import { readDocumentedCommands, type DocumentedBlock } from '../src/documented-commands.ts';

const command = promisify(execFile);

/** The reference of the image that its app runs. */
const APP_IMAGE = 'app:1';
/** Id of its app. */
export const APP = 90_140;

/**
 * A Debian host with real systemd and an engine of its own, on which the lines of `docs/deploy.md` run as they are.
 * Disposing of it removes it.
 */
export interface PlainHost extends AsyncDisposable {
  readonly host: DeviceHost;
  readonly docker: Docker;
  /** Blocks of the document that were used. */
  readonly used: ReadonlySet<DocumentedBlock>;
  /** The text of a block, with the version in the place of `<version>`. */
  documented(heading: string, holds: string, version?: string): Promise<string>;
  /** Runs a block in the folder that has the archives and the compose file. */
  run(heading: string, holds: string, version?: string): Promise<void>;
  /** Brings the archive of an image, in the place of the one before. */
  bring(archive: string): Promise<void>;
  /** Writes a file of the host. @param path absolute */
  write(path: string, content: string): Promise<void>;
  read(path: string): Promise<string>;
  unit(): Promise<HostUnit>;
  /** Waits until the supervisor answers, as this version. */
  answers(version?: string): Promise<void>;
  get(path: string): Promise<string>;
  /** Waits until the app runs and nothing is left to be done. @returns ids and start times of its containers */
  settled(): Promise<string[]>;
}

export interface PlainHostOptions {
  readonly image: BuiltImage;
  /** Of the image. */
  readonly version: string;
}

/** A folder of the host: the working directory of who installs the supervisor. */
const FOLDER = '/mnt/data/install';

export async function startPlainHost(engineEndpoint: string, { image, version }: PlainHostOptions): Promise<PlainHost> {
  await using resources = new AsyncDisposableStack();
  const host = resources.use(await startDeviceHost(engineEndpoint, { hasEngine: true }));
  const docker = connectEngine(host.engineEndpoint);
  const { blocks, block } = await readDocumentedCommands();
  const used = new Set<DocumentedBlock>();
  await host.exec(`mkdir -p ${FOLDER} && cp /usr/lib/os-release /etc/os-release`);
  // Locks of its own engine's containers are on the host itself.
  await host.exec('umount /tmp/balena-supervisor && rmdir /tmp/balena-supervisor');
  const folder = join(host.directory, 'data/install');
  await makeApp(host, folder);
  // The environment of Debian's own command, which runs on this side.
  const compose = { ...process.env, DOCKER_HOST: host.engineEndpoint };

  const plain: Omit<PlainHost, keyof AsyncDisposable> = {
    host,
    docker,
    used,
    async documented(heading, holds, of = version) {
      const found = block(heading, holds);
      for (const one of blocks) if (one.heading === heading && one.text === found) used.add(one);
      return found.replaceAll('<version>', of);
    },
    async run(heading, holds, of) {
      const script = await plain.documented(heading, holds, of);
      const ofCompose = /^docker compose (.*)$/m.exec(script)?.[1];
      // Debian has the command under its older name.
      if (ofCompose !== undefined) await command('docker-compose', ofCompose.split(' '), { cwd: folder, env: compose });
      else await host.exec(`cd ${FOLDER} && set -e\n${script}`);
    },
    bring: (archive) => cp(archive, join(folder, 'device-supervisor-amd64.tar')),
    async write(path, content) {
      const mounted = path.startsWith(FOLDER) ? join(folder, path.slice(FOLDER.length)) : join(host.rootMount, path);
      await mkdir(join(mounted, '..'), { recursive: true });
      await writeFile(mounted, content);
    },
    read: (path) => readFile(join(host.rootMount, path), 'utf8'),
    unit: () => host.unit('supervisor.service'),
    async answers(of) {
      await waitFor('the supervisor to answer', () => plain.get('/v3/metrics'), {
        until: (metrics) => metrics.includes(of === undefined ? 'supervisor_build_info' : `version="${of}"`),
      });
    },
    get: (path) => host.exec(`curl -sf http://127.0.0.1:48484${path}`),
    async settled() {
      await waitFor('nothing to be left to do', () => plain.get('/v3/plan'), {
        until: (plan) => plan.replaceAll(/\s/g, '').includes('"operations":[]'),
      });
      return await waitFor('the app to run', () => appContainers(docker), { until: ({ length }) => length === 1 });
    },
  };
  await plain.bring(image.archive);
  const lifetime = resources.move();
  return { ...plain, [Symbol.asyncDispose]: () => lifetime.disposeAsync() };
}

/** Puts the image of an app beside the archive of the supervisor, and the target that runs it. */
async function makeApp(host: DeviceHost, folder: string): Promise<void> {
  await busyboxImage(host.engineEndpoint, { tag: APP_IMAGE, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  await host.exec(`docker save -o ${FOLDER}/images.tar ${APP_IMAGE} && docker rmi ${APP_IMAGE}`);
  const web = { serviceName: 'web', imageId: 1, image: APP_IMAGE, volumes: ['data:/data'] };
  const app = { name: 'app', commit: 'c1', releaseId: 1, services: { '1': web }, volumes: { data: {} } };
  await writeFile(join(folder, 'apps.json'), JSON.stringify({ apps: { [APP]: app } }));
}

async function appContainers(docker: Docker): Promise<string[]> {
  const list = await docker.listContainers({ filters: { label: ['io.balena.supervised'] } });
  const found = await Promise.all(list.map(({ Id }) => docker.getContainer(Id).inspect()));
  return found.map(({ Id, State }) => `${Id} since ${State.StartedAt}`);
}
