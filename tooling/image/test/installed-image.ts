import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import type { BuiltImage } from '@device-supervisor/image';
import { connectEngine, waitFor, type DeviceHost } from '@device-supervisor/testbed';
import type Docker from 'dockerode';
import { readDocumentedCommands } from '../src/documented-commands.ts';

const command = promisify(execFile);
/** Engines of the test bed cannot give all privileges. */
const NEARLY_PRIVILEGED = [
  '--cap-add=ALL',
  '--cap-drop=SYS_RESOURCE',
  '--security-opt=seccomp=unconfined',
  '--security-opt=apparmor=unconfined',
];
const ORIGIN = 'http://127.0.0.1:48484';

/** The image, started on a device as `docs/deploy.md` says. */
export interface InstalledImage {
  readonly dataDirectory: string;
  /** Starts the container, as a host does at boot. */
  start(place?: Partial<Place>): Promise<void>;
  /** The same command under another name, to its end. @returns what it printed */
  startSecond(): Promise<{ readonly code: number; readonly output: string }>;
  /** Removes the container, as a host does before it starts another one. */
  remove(): Promise<void>;
  /** Ends its process without a warning; the engine starts it again. */
  kill(): Promise<void>;
  answers(): Promise<void>;
  get(path: string): Promise<unknown>;
  post(path: string, body: object): Promise<number>;
  /** Components that its health names. */
  conditions(): Promise<string[]>;
  /** Milliseconds that its process has taken of a processor. */
  processorTime(): Promise<number>;
  output(): Promise<string>;
}

/** Where a container finds its partitions. */
export interface Place {
  /** In the place of the boot partition. */
  readonly bootMount: string;
  readonly dataIsReadOnly: boolean;
  /**
   * A file that says by how much the clock is set, e.g. `+365d`. A container has no clock of its own: a library that the
   * program loads before the others (Debian's libfaketime) answers for the wall clock, and leaves the monotonic one.
   */
  readonly clock: string;
}

export interface InstallOptions {
  readonly endpoint: string;
  readonly image: BuiltImage;
  readonly host: DeviceHost;
  readonly directory: string;
}

/** Loads the image into the engine and prepares the device; {@link InstalledImage.start} starts it. */
export async function installImage({ endpoint, image, host, directory }: InstallOptions): Promise<InstalledImage> {
  const docker = connectEngine(endpoint);
  await text(await docker.loadImage(createReadStream(image.archive)));
  const [data, root] = [join(directory, 'data'), join(directory, 'root')];
  for (const path of [data, join(root, 'etc')]) await mkdir(path, { recursive: true });
  await command('mount', ['-t', 'tmpfs', '-o', 'size=8m,nr_inodes=400', 'tmpfs', data]);
  await writeFile(join(root, 'etc/os-release'), 'ID=test-os\nPRETTY_NAME="Test OS 1"\nVERSION=1\n');
  const { run } = await readDocumentedCommands();
  const busDirectory = host.busAddress.slice('unix:path='.length).replace(/\/[^/]*$/, '');
  const argumentsWith = (name: string, place: Partial<Place> = {}): string[] => {
    const { bootMount = host.bootMount, dataIsReadOnly = false } = place;
    const volumes: Readonly<Record<string, readonly string[]>> = {
      '/var/run/docker.sock:/var/run/docker.sock': [`${endpoint.slice('unix://'.length)}:/var/run/docker.sock`],
      '/etc/supervisor:/mnt/boot': [`${bootMount}:/mnt/boot`],
      '/var/lib/supervisor:/data': [`${data}:/data${dataIsReadOnly ? ':ro' : ''}`],
      '/var/lib/supervisor:/mnt/data': [`${data}:/mnt/data${dataIsReadOnly ? ':ro' : ''}`],
      '/:/mnt/root': [
        `${root}:/mnt/root`,
        `${busDirectory}:/mnt/root/run/dbus`,
        '/tmp/balena-supervisor:/mnt/root/tmp/balena-supervisor',
      ],
    };
    return run.flatMap((word) => {
      if (word === '--privileged') return NEARLY_PRIVILEGED;
      if (word === 'balena_supervisor') return [name];
      if (word === '-v') return [];
      if (word.startsWith('device-supervisor:')) return [...clockArguments(place.clock), image.reference];
      return Object.hasOwn(volumes, word) ? (volumes[word] ?? []).flatMap((volume) => ['-v', volume]) : [word];
    });
  };
  const dockerRun = async (words: readonly string[]): Promise<void> =>
    void (await command('docker', ['-H', endpoint, ...words]));
  const container = (): Docker.Container => docker.getContainer('balena_supervisor');
  const outputOf = async (name: string): Promise<string> => {
    const { stdout } = await command('docker', ['-H', endpoint, 'logs', name], { maxBuffer: 1e8 });
    return stdout;
  };
  let key = '';
  const withKey = (path: string): string => {
    key = readKey(join(data, 'database.sqlite')) ?? key;
    return `${ORIGIN}${path}?apikey=${key}`;
  };
  const installed: InstalledImage = {
    dataDirectory: data,
    start: (place) => dockerRun(argumentsWith('balena_supervisor', place)),
    async startSecond() {
      const words = argumentsWith('second').filter((word) => word !== '--restart' && word !== 'always');
      await dockerRun(words);
      const second = docker.getContainer('second');
      const { StatusCode: code }: { StatusCode: number } = await second.wait();
      const output = await outputOf('second');
      await second.remove({ force: true });
      return { code, output };
    },
    async remove() {
      await container().stop({ t: 10 });
      await container().remove({ force: true });
    },
    async kill() {
      const { State } = await container().inspect();
      process.kill(State.Pid, 'SIGKILL');
      await waitFor('the container to be started again', () => container().inspect(), {
        until: ({ State: now }) => now.Running && now.Pid !== State.Pid,
      });
    },
    async answers() {
      await waitFor(
        'the supervisor to answer',
        async () => {
          const [answer] = await Promise.allSettled([fetch(`${ORIGIN}/ping`)]);
          return answer.status === 'fulfilled' && answer.value.ok;
        },
        { until: (isUp) => isUp },
      );
    },
    async get(path) {
      return await (await fetch(withKey(path))).json();
    },
    async post(path, body) {
      const headers = { 'content-type': 'application/json' };
      const answer = await fetch(withKey(path), { method: 'POST', headers, body: JSON.stringify(body) });
      await answer.text();
      return answer.status;
    },
    async conditions() {
      const detail = JSON.stringify(await installed.get('/v3/health/detail'));
      return [...detail.matchAll(/"component":"([^"]+)"/g)].map(([, component]) => component ?? '');
    },
    async processorTime() {
      const { State } = await container().inspect();
      const stat = await readFile(`/proc/${State.Pid}/stat`, 'utf8');
      // The name in parentheses may hold blanks; user and system time, in hundredths, are the 12th and 13th field after it.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
      return (Number(fields[11]) + Number(fields[12])) * 10;
    },
    output: () => outputOf('balena_supervisor'),
  };
  return installed;
}

const CLOCK_LIBRARY = '/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1';

function clockArguments(file: string | undefined): string[] {
  if (file === undefined) return [];
  const volumes = [`${CLOCK_LIBRARY}:/clock/library.so:ro`, `${file}:/clock/time:ro`];
  const variables = [
    'LD_PRELOAD=/clock/library.so',
    'FAKETIME_TIMESTAMP_FILE=/clock/time',
    'FAKETIME_CACHE_DURATION=1',
    'FAKETIME_DONT_FAKE_MONOTONIC=1',
  ];
  return [...volumes.flatMap((one) => ['-v', one]), ...variables.flatMap((one) => ['-e', one])];
}

/** The key that reaches everything; a database that is damaged or away has none. */
function readKey(path: string): string | null {
  try {
    const database = new DatabaseSync(path, { readOnly: true });
    const row = database.prepare('SELECT "key" FROM api_keys ORDER BY app_id LIMIT 1').get();
    database.close();
    return row === undefined ? null : String(row['key']);
  } catch {
    return null;
  }
}
