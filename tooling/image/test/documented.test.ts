import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { PLAIN_HOST, readDocumentedCommands, type DocumentedBlock } from '../src/documented-commands.ts';
import { buildImageFixture, type ImageFixture } from './image-fixture.ts';
import { writeOtherBuild } from './other-builds.ts';
import { startPlainHost, type PlainHost } from './plain-host.ts';

const [UPGRADE, UNINSTALL] = ['Upgrade, and back', 'Uninstall'];
const NEWER = '9.9.9';

let fixture: ImageFixture;
/** Of the image. */
let version: string;
/** Archive of another build. */
let newer: string;
const used = new Set<DocumentedBlock>();

beforeAll(async () => {
  fixture = await buildImageFixture();
  version = fixture.version;
  const build = { version: NEWER, schema: 'same' } as const;
  const { image, directory: folder } = fixture;
  newer = await writeOtherBuild(image, { endpoint: inject('engineEndpoint'), folder, build });
});
afterAll(() => fixture[Symbol.asyncDispose]());

/** A way to run the supervisor on a plain host, by the lines of the document. */
interface Way {
  readonly name: string;
  install(plain: PlainHost, version: string): Promise<void>;
  upgrade(plain: PlainHost, version: string): Promise<void>;
  uninstall(plain: PlainHost): Promise<void>;
}

const UNIT = '/etc/systemd/system/supervisor.service';

async function composeUp(plain: PlainHost, of: string): Promise<void> {
  await plain.write('/mnt/data/install/compose.yaml', await plain.documented(PLAIN_HOST, 'services:', of));
  await plain.run(PLAIN_HOST, 'docker compose up');
}

async function writeUnit(plain: PlainHost, holds: string, of: string): Promise<void> {
  await plain.write(UNIT, await plain.documented(PLAIN_HOST, holds, of));
}

const WAYS: readonly Way[] = [
  {
    name: 'docker run',
    install: (plain, of) => plain.run(PLAIN_HOST, 'docker run -d', of),
    async upgrade(plain, of) {
      await plain.run(UPGRADE, 'docker stop balena_supervisor');
      await plain.run(PLAIN_HOST, 'docker run -d', of);
    },
    uninstall: (plain) => plain.run(UNINSTALL, 'docker rm -f balena_supervisor'),
  },
  {
    name: 'a compose file',
    install: composeUp,
    upgrade: composeUp,
    uninstall: (plain) => plain.run(UNINSTALL, 'docker compose down'),
  },
  {
    name: 'a systemd unit that runs the container',
    async install(plain, of) {
      await writeUnit(plain, 'ExecStart=/usr/bin/docker', of);
      await plain.run(PLAIN_HOST, 'systemctl enable');
    },
    async upgrade(plain, of) {
      await writeUnit(plain, 'ExecStart=/usr/bin/docker', of);
      await plain.run(UPGRADE, 'systemctl restart supervisor');
    },
    uninstall: (plain) => plain.run(UNINSTALL, 'systemctl disable --now supervisor'),
  },
  {
    name: 'a systemd unit without a container',
    async install(plain, of) {
      await plain.run(PLAIN_HOST, 'docker export', of);
      await writeUnit(plain, 'RootDirectory=', of);
      await plain.run(PLAIN_HOST, 'systemctl enable');
    },
    async upgrade(plain, of) {
      await plain.run(UPGRADE, 'systemctl stop supervisor');
      await plain.run(PLAIN_HOST, 'docker export', of);
      await plain.run(UPGRADE, 'systemctl restart supervisor');
    },
    uninstall: (plain) => plain.run(UNINSTALL, 'systemctl disable --now supervisor'),
  },
];

const uuidOf = async (plain: PlainHost): Promise<string> =>
  /"uuid":\s*"(\w{32})"/.exec(await plain.read('/etc/supervisor/config.json'))?.[1] ?? '';

describe.each(WAYS)('the lines of docs/deploy.md for $name', ({ install, upgrade, uninstall }) => {
  it('install the supervisor, preload an app, replace the supervisor under it, and remove everything', async () => {
    await using plain = await startPlainHost(inject('engineEndpoint'), fixture);
    const before = await plain.host.exec('docker network ls --format "{{.Name}}"; ls /etc /opt /tmp /var/lib');

    await plain.run(PLAIN_HOST, 'docker load');
    await plain.run(PLAIN_HOST, 'mkdir -p /etc/supervisor');
    await plain.run('Preloaded apps', 'cp apps.json');
    await install(plain, version);
    await plain.answers(version);
    const apps = await plain.settled();
    const uuid = await uuidOf(plain);
    expect(uuid).toHaveLength(32);

    await plain.bring(newer);
    await plain.run(PLAIN_HOST, 'docker load');
    await upgrade(plain, NEWER);
    await plain.answers(NEWER);
    expect([await plain.settled(), await uuidOf(plain)]).toEqual([apps, uuid]);

    await upgrade(plain, version);
    await plain.answers(version);
    expect([await plain.settled(), await uuidOf(plain)]).toEqual([apps, uuid]);

    await uninstall(plain);
    await plain.run(UNINSTALL, 'docker ps -aq');
    expect(await plain.host.exec('docker ps -aq; docker volume ls -q')).toBe('');
    expect(await plain.host.exec('docker network ls --format "{{.Name}}"; ls /etc /opt /tmp /var/lib')).toBe(before);
    expect(await plain.host.exec('iptables-save; ip6tables-save')).not.toContain('BALENA');
    for (const block of plain.used) used.add(block);
  });
});

it('leave no line of the document untried', async () => {
  const { blocks } = await readDocumentedCommands();
  // The build of the image has tests of its own, and those of balenaOS are tried on a host that is like it.
  const elsewhere = new Set(['Build the image', 'On balenaOS']);
  const untried = blocks.filter(
    (block) => !elsewhere.has(block.heading) && ![...used].some(({ text }) => text === block.text),
  );
  expect(untried).toEqual([]);
});
