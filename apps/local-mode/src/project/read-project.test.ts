import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { UsageError } from '../errors.ts';
import { ProjectError } from './errors.ts';
import { readProject } from './read-project.ts';
import { toTargetState } from './to-target-state.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'project-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function write(files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
}

async function faultsOf(compose: string): Promise<readonly string[]> {
  await write({ 'compose.yaml': compose });
  try {
    await readProject(folder, { environment: {} });
  } catch (error) {
    if (error instanceof ProjectError) return error.message.replaceAll(`${folder}/`, '').split('\n');
    throw error;
  }
  return [];
}

describe('readProject', () => {
  it('reads services, and sends them in the form of the public command-line client', async () => {
    await write({
      'compose.yaml': `
services:
  main:
    build: ./main
    environment: [FROM_COMPOSE=1, BOTH, ABSENT]
    labels: { io.balena.features.supervisor-api: 1 }
    restart: always
    volumes: ["data:/data"]
    networks: { mynet: }
    depends_on: [second]
    command:
  second:
    image: second:1
volumes: { data: }
networks: { mynet: {} }
`,
    });
    const project = await readProject(folder, { environment: { BOTH: '2' } });
    expect(toTargetState(project, { name: 'mydevice', config: {} })).toEqual({
      local: {
        name: 'mydevice',
        config: {},
        apps: {
          1: {
            name: 'localapp',
            commit: '10ca12e1ea5e',
            releaseId: '1',
            services: {
              1: {
                environment: { FROM_COMPOSE: '1', BOTH: '2' },
                labels: { 'io.balena.features.supervisor-api': '1' },
                restart: 'always',
                volumes: ['data:/data'],
                networks: { mynet: null },
                depends_on: ['second'],
                command: null,
                imageId: 1,
                serviceName: 'main',
                serviceId: 1,
                image: 'local_image_main:latest',
                running: true,
              },
              2: {
                environment: {},
                labels: {},
                imageId: 2,
                serviceName: 'second',
                serviceId: 2,
                image: 'second:1',
                running: true,
              },
            },
            volumes: { data: null },
            networks: { mynet: {} },
          },
        },
      },
    });
    expect(project.services.map(({ dependencies }) => dependencies)).toEqual([['second'], []]);
  });

  it('reads all forms of build', async () => {
    await write({
      'app/compose.yml': `
services:
  a: { build: .. }
  b: { build: { context: sub, dockerfile: Dockerfile.dev, args: { A: 1, B: , C: }, target: dev, network: host } }
  c: { build: { dockerfile_inline: "FROM x", no_cache: yes, labels: [a=b], x-busybox: true } }
`,
    });
    const { services } = await readProject(join(folder, 'app'), { environment: { B: 'b' } });
    expect(services.map(({ build }) => build)).toMatchObject([
      { context: folder, dockerfile: { kind: 'file', path: join(folder, 'Dockerfile') }, args: {}, target: null },
      {
        context: join(folder, 'app/sub'),
        dockerfile: { kind: 'file', path: join(folder, 'app/sub/Dockerfile.dev') },
        args: { A: '1', B: 'b' },
        target: 'dev',
        network: 'host',
        addBusybox: false,
      },
      { dockerfile: { kind: 'inline', content: 'FROM x' }, noCache: true, labels: { a: 'b' }, addBusybox: true },
    ]);
  });

  it('takes variables from the environment first and from .env second, and names those that nobody sets', async () => {
    await write({
      '.env': 'A=env-file\nB=env-file # the second\nQUOTED="a b"\n',
      'compose.yaml': 'services:\n  web:\n    image: "$A-$B-$C"\n    hostname: $QUOTED\n',
    });
    const project = await readProject(folder, { environment: { A: 'environment' } });
    expect(project.services[0]).toMatchObject({ image: 'environment-env-file-', composition: { hostname: 'a b' } });
    expect(project.remarks).toEqual([`${folder}/compose.yaml:3:12: variable C is not set, and counts as empty`]);
  });

  it('reads env_file, over which environment wins, and asks for those that are required', async () => {
    await write({
      'one.env': 'A=1\nB=1\nC=1',
      'two.env': 'B=2\nC=2',
      'compose.yaml': `
services:
  web:
    image: web
    env_file: [one.env, { path: two.env }, { path: none.env, required: false }]
    environment: { C: 3 }
`,
    });
    expect((await readProject(folder, { environment: {} })).services[0]?.environment).toEqual({
      A: '1',
      B: '2',
      C: '3',
    });
    expect(await faultsOf('services:\n  web:\n    image: web\n    env_file: none.env')).toEqual([
      'compose.yaml:4:5: services.web.env_file: there is no none.env',
    ]);
  });

  it('leaves out services whose profiles are not active, and says so', async () => {
    await write({
      'compose.yaml': 'services:\n  web: { image: web }\n  debug: { image: debug, profiles: [debug, dev] }',
    });
    const names = async (profiles: string) =>
      (await readProject(folder, { environment: { COMPOSE_PROFILES: profiles } })).services.map(({ name }) => name);
    expect(await names('')).toEqual(['web']);
    expect(await names('x, dev')).toEqual(['web', 'debug']);
    expect(await names('*')).toEqual(['web', 'debug']);
    expect((await readProject(folder, { environment: {} })).remarks).toEqual([
      'debug is left out: COMPOSE_PROFILES names none of its profiles (debug, dev)',
    ]);
  });

  it('says what has no effect, but not of x- keys', async () => {
    await write({
      'compose.yaml':
        'name: a\nversion: "3"\nx-a: 1\nsecrets: {}\nservices:\n  web: { build: { ssh: default, x-b: 1 }, x-c: 1 }',
    });
    const { remarks, services } = await readProject(folder, { environment: {} });
    expect(remarks.map((remark) => remark.replace(`${folder}/`, ''))).toEqual([
      'compose.yaml:4:1: secrets: is not supported and has no effect',
      'services.web.build.ssh is not supported and has no effect',
    ]);
    expect(services[0]?.composition).toEqual({});
  });

  it('runs a folder with a Dockerfile alone as one privileged service', async () => {
    await write({ Dockerfile: 'FROM scratch' });
    const project = await readProject(folder, { environment: {} });
    expect(toTargetState(project)).toMatchObject({
      local: {
        apps: {
          1: {
            services: {
              1: {
                serviceName: 'main',
                privileged: true,
                tty: true,
                network_mode: 'host',
                volumes: ['resin-data:/data'],
              },
            },
            volumes: { 'resin-data': {} },
          },
        },
      },
    });
  });

  it.each([
    ['a list', '[]', 'compose.yaml: must be a map with services'],
    ['no services', 'x-a: 1', 'compose.yaml: services: is missing, or not a map of services'],
    ['an empty map of services', 'services: {}', 'compose.yaml:1:1: services: there is no service to run'],
    ['a service of nothing', 'services:\n  web: {}', 'compose.yaml:2:3: services.web: needs an image or a build'],
    [
      'extends',
      'services:\n  web: { extends: { service: a } }',
      'compose.yaml:2:10: services.web.extends: is not supported: write the fields out, or use an anchor and a merge key',
    ],
    [
      'include',
      'include: [a.yaml]\nservices:\n  web: { image: a }',
      'compose.yaml:1:1: include: is not supported: put the services into one file',
    ],
    [
      'a git context',
      'services:\n  web:\n    build: https://host/repo.git',
      'compose.yaml:3:5: services.web.build.context: must be a folder of this machine: clone the repository first',
    ],
    [
      'ports that are no list',
      'services:\n  web:\n    image: a\n    ports: 80',
      'compose.yaml:4:5: services.web.ports: expected array, received number',
    ],
    [
      'a wrong item of a list',
      'services:\n  web:\n    image: a\n    cap_add:\n      - 1',
      'compose.yaml:5:9: services.web.cap_add.0: expected string, received number',
    ],
    [
      'a bad service name',
      'services:\n  "w b": { image: a }',
      'compose.yaml:2:3: services.w b: must start with a letter or digit and hold only letters, digits, _ . and -',
    ],
    [
      'a bad network',
      'services:\n  web: { image: a }\nnetworks:\n  net: { internal: 5 }',
      'compose.yaml:4:10: networks.net.internal: must be true or false',
    ],
    [
      'a build of a wrong type',
      'services:\n  web: { build: 5 }',
      'compose.yaml:2:10: services.web.build: must be a path, or a map with context',
    ],
  ])('refuses %s', async (_, compose, fault) => {
    expect(await faultsOf(compose)).toEqual([fault]);
  });

  it('names all faults at once', async () => {
    expect(await faultsOf('services:\n  a: {}\n  b: {}')).toHaveLength(2);
  });

  it('refuses a folder without a project and a path that is not there, saying what to write', async () => {
    await expect(readProject(folder, { environment: {} })).rejects.toThrow(UsageError);
    await expect(readProject(join(folder, 'none'), { environment: {} })).rejects.toThrow(`there is no ${folder}/none`);
  });
});
