import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { writeRootfs, type BuiltImage } from '@device-supervisor/image';
import { connectEngine, startTestEngine, waitFor, type TestEngine } from '@device-supervisor/testbed';
import type Docker from 'dockerode';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildImageFixture, buildInto, type ImageFixture } from './image-fixture.ts';

const ROOT = resolve(import.meta.dirname, '../../..');

let fixture: ImageFixture;
let directory: string;
let engine: TestEngine;
let docker: Docker;
let image: BuiltImage;

beforeAll(async () => {
  fixture = await buildImageFixture();
  ({ directory, image } = fixture);
  engine = await startTestEngine();
  docker = connectEngine(engine.endpoint);
  await text(await docker.loadImage(createReadStream(image.archive)));
});

afterAll(async () => {
  await engine[Symbol.asyncDispose]();
  await fixture[Symbol.asyncDispose]();
});

it('is the same, byte for byte, each time that it is built', async () => {
  const second = await buildInto(join(directory, 'second'));
  expect(second).toMatchObject({ digest: image.digest, id: image.id });
  // vitest's own comparison takes half a minute for that many bytes.
  expect((await readFile(second.archive)).equals(await readFile(image.archive))).toBe(true);
});

it('is small', () => {
  process.stdout.write(
    `image: ${(image.compressedSize / 1e6).toFixed(1)} MB compressed, ${(image.size / 1e6).toFixed(1)} MB on disk\n`,
  );
  expect(image.compressedSize).toBeLessThanOrEqual(75e6);
  expect(image.size).toBeLessThanOrEqual(200e6);
});

it('is loaded by an engine as what the registry would call it', async () => {
  const { Id: id, Config: config } = await docker.getImage(image.reference).inspect();
  expect(id).toBe(image.id);
  expect(config.Labels).toMatchObject({ 'org.opencontainers.image.title': 'device-supervisor' });
});

it('names everything that it is made of', async () => {
  const sbom: { components: { purl: string }[] } = JSON.parse(await readFile(image.sbom, 'utf8'));
  const purls = sbom.components.map(({ purl }) => purl);
  for (const start of [
    'pkg:generic/node@',
    'pkg:deb/debian/iptables@',
    'pkg:npm/hono@',
    'pkg:npm/better-sqlite3@',
    'pkg:npm/preact@',
    'pkg:npm/commander@',
  ])
    expect(purls.filter((purl) => purl.startsWith(start))).toHaveLength(1);
});

/** Waits for an answer of the supervisor. @param lastWords what it printed, once it has ended */
async function answers(origin: string, lastWords: () => Promise<string | null>): Promise<void> {
  const end = await waitFor(
    'an answer',
    async () => {
      const [answer] = await Promise.allSettled([fetch(`${origin}/ping`)]);
      return answer.status === 'fulfilled' ? 'answered' : await lastWords();
    },
    { until: (answer) => answer !== null },
  );
  expect(end).toBe('answered');
}

/** Runs a program of the image to its end. */
async function run(...command: readonly [string, ...string[]]): Promise<{ code: number; output: string }> {
  const [program, ...args] = command;
  const container = await docker.createContainer({
    Image: image.reference,
    Entrypoint: [program],
    Cmd: args,
    Tty: true,
  });
  try {
    await container.start();
    const { StatusCode: code }: { StatusCode: number } = await container.wait();
    return { code, output: String(await container.logs({ stdout: true, stderr: true })) };
  } finally {
    await container.remove({ force: true });
  }
}

describe('its programs', () => {
  it.each([
    ['iptables', '--version'],
    ['ip6tables', '--version'],
    ['iptables-restore', '--version'],
    ['iptables-nft', '--version'],
    ['iptables-legacy', '--version'],
    ['ip6tables-legacy-restore', '--version'],
    ['journalctl', '--version'],
    ['systemd-notify', '--version'],
    ['mount', '--version'],
    ['umount', '--version'],
    ['lsblk', '--version'],
    ['dmsetup', '--help'],
    ['modprobe', '--version'],
    ['devicectl', '--help'],
  ] as const)('has %s, with all that it loads', async (program, argument) => {
    const result = await run(program, argument);
    expect(result).toMatchObject({ code: 0 });
  });

  it('has the page that the supervisor serves', async () => {
    const list = 'for (const name of fs.readdirSync("/usr/lib/supervisor/page")) console.log(name)';
    const { output } = await run('/usr/bin/node', '-e', list);
    expect(output).toMatch(/^index\.html\.gz\r?$/m);
    expect(output).toMatch(/^index-\S+\.js\r?$/m);
  });

  it('starts with code that was compiled for this program and this Node.js', async () => {
    const check = `
      const folder = '/usr/lib/supervisor/';
      const source = fs.readFileSync(folder + 'program.cjs', 'utf8');
      const cachedData = fs.readFileSync(folder + 'program.' + zlib.crc32(source).toString(16) + '.cache');
      console.log('refused: ' + new vm.Script(source, { cachedData }).cachedDataRejected);`;
    const { output } = await run('/usr/bin/node', '--max-semi-space-size=1', '-e', check);
    expect(output).toContain('refused: false');
  });

  it('says which build it is', async () => {
    const { output } = await run('/usr/bin/node', '/usr/lib/supervisor/main.cjs', '--version');
    expect(output).toMatch(/^\d+\.\d+\.\d+ \(commit /);
  });

  it('refuses what it does not know', async () => {
    expect(await run('/usr/bin/node', '/usr/lib/supervisor/main.cjs', '--shell')).toMatchObject({ code: 2 });
  });
});

it('runs on a plain Linux host, is healthy, and ends in order', async () => {
  const boot = join(directory, 'boot');
  await mkdir(boot);
  await writeFile(join(boot, 'config.json'), JSON.stringify({ uuid: 'a'.repeat(32), deviceApiKey: 'key' }));
  const container = await docker.createContainer({
    Image: image.reference,
    Env: ['LISTEN_PORT=48490', 'DOCKER_SOCKET=/engine/docker.sock'],
    HostConfig: {
      NetworkMode: 'host',
      Binds: [
        `${engine.directory}:/engine`,
        `${boot}:/mnt/boot`,
        `${directory}/root:/mnt/root`,
        `${directory}/db:/data`,
      ],
    },
  });
  try {
    await container.start();
    const origin = 'http://127.0.0.1:48490';
    await answers(origin, async () => {
      const { State: state } = await container.inspect();
      return state.Running ? null : String(await container.logs({ stdout: true, stderr: true }));
    });
    const check = await container.exec({
      Cmd: ['/usr/bin/node', '/usr/lib/supervisor/main.cjs', 'health-check'],
      AttachStdout: true,
      AttachStderr: true,
    });
    await text(await check.start({}));
    expect((await check.inspect()).ExitCode).toBe(0);
    // The device's own key is where the program looks for it.
    const shell = await container.exec({ Cmd: ['devicectl', '--json', 'status'], AttachStdout: true, Tty: true });
    expect(JSON.parse(await text(await shell.start({ Tty: true })))).toMatchObject({ apps: [], blocked: [] });
    const output = String(await container.logs({ stdout: true, stderr: true }));
    expect(output).toContain(`Device ${'a'.repeat(32)} is unmanaged`);
    // One build, wherever it is shown.
    const { output: shown } = await run('/usr/bin/node', '/usr/lib/supervisor/main.cjs', '--version');
    expect(output).toContain(`Supervisor ${shown.trim().replace(/\)$/, '')}`);
    const [, version, commit, contract] = /^(\S+) \(commit (\S+), contract (\S+)\)/.exec(shown) ?? [];
    const metrics = await (await fetch(`${origin}/v3/metrics`)).text();
    const [info] = /^supervisor_build_info\{.*$/m.exec(metrics) ?? [];
    for (const label of [`version="${version}"`, `commit="${commit}"`, `contract="${contract}"`]) {
      expect(info).toContain(label);
    }
    expect(image.reference).toBe(`device-supervisor:${version}-amd64`);
    await container.stop({ t: 10 });
    expect((await container.inspect()).State.ExitCode).toBe(0);
  } finally {
    await container.remove({ force: true });
  }
});

it('does not start on a host without a boot partition, and says what to do', async () => {
  const { code, output } = await run('/usr/bin/node', '/usr/lib/supervisor/main.cjs', 'boot');
  expect(code).toBe(1);
  expect(output).toMatch(/HOST_BUS_MISSING|BOOT_COMMAND_FAILED/);
  expect(output).toContain('--privileged');
});

describe('for arm64, under emulation', () => {
  it('starts, answers and ends in order', async () => {
    const rootfs = join(directory, 'arm64');
    await writeRootfs({ root: ROOT, architecture: 'arm64', folder: rootfs, onProgress: () => undefined });
    const emulator = join(ROOT, '.state/image/emulator/usr/bin/qemu-aarch64-static');
    const child = spawn(
      emulator,
      ['-L', rootfs, join(rootfs, 'usr/bin/node'), join(rootfs, 'usr/lib/supervisor/main.cjs'), 'run'],
      {
        env: {
          HOST_CONTROL: 'off',
          LOG_FORMAT: 'json',
          LISTEN_PORT: '48491',
          LISTEN_ADDRESSES: '127.0.0.1',
          DOCKER_HOST: engine.endpoint,
          ROOT_MOUNTPOINT: join(directory, 'arm64-host'),
          BOOT_MOUNTPOINT: join(directory, 'arm64-boot'),
          DATABASE_PATH: join(directory, 'arm64-data/database.sqlite'),
        },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let output = '';
    child.stdout.on('data', (chunk) => void (output += String(chunk)));
    const origin = 'http://127.0.0.1:48491';
    const get = async (path: string): Promise<unknown> => await (await fetch(`${origin}${path}`)).json();
    await answers(origin, async () => (child.exitCode === null ? null : output));
    expect(await get('/v2/local/device-info')).toMatchObject({ status: 'success', info: { arch: 'aarch64' } });
    const target = await fetch(`${origin}/v2/local/target-state`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ local: { name: 'emulated', apps: {}, config: {} } }),
    });
    expect(target.status).toBe(200);
    await waitFor('the target', () => get('/v2/state/status'), {
      until: (state) => JSON.stringify(state).includes('"appState":"applied"'),
    });
    child.kill('SIGTERM');
    await waitFor('its end', () => child.exitCode !== null || child.signalCode !== null);
    expect({ code: child.exitCode, signal: child.signalCode, output }).toMatchObject({
      code: 0,
      output: expect.stringContaining('"message":"Stopped"'),
    });
  });
});
