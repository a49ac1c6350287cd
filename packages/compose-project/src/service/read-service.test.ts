import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createProjectFolder, type ProjectFolder } from '../testing/project-folder.ts';
import { toTargetState } from '../to-target-state.ts';
let folder: ProjectFolder;
beforeEach(async () => {
  folder = await createProjectFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

describe('faults', () => {
  it('are all told at once, with their places', async () => {
    expect(
      await folder.faults({
        'compose.yaml': `
services:
  a:
    image: a
    ports: { "80": 80 }
    depends_on: [constructor, dbb]
    env_file: none.env
    secrets: [s, t]
  db: {}
secrets:
  s: {}
`,
      }),
    ).toEqual([
      'compose.yaml:5:5: services.a.ports: expected array, received object',
      'compose.yaml:6:18: services.a.depends_on.0: there is no service constructor',
      'compose.yaml:6:31: services.a.depends_on.1: there is no service dbb; did you mean db?',
      'compose.yaml:7:5: services.a.env_file: there is no file none.env',
      'compose.yaml:8:18: services.a.secrets.1: secret t is not declared in secrets; did you mean s?',
      'compose.yaml:9:3: services.db: needs an image or a build',
      'compose.yaml:11:3: secrets.s: needs one of file, environment and content',
    ]);
  });

  it('name the place in the file that holds the value, also after a merge', async () => {
    expect(
      await folder.faults({
        'compose.yaml': 'services:\n  a:\n    image: a',
        'compose.override.yaml': 'services:\n  a:\n    ports: nonsense',
      }),
    ).toEqual(['compose.override.yaml:3:5: services.a.ports: expected array, received string']);
  });

  it('name each circle of dependencies once', async () => {
    expect(
      await folder.faults({
        'compose.yaml': `services:
  a: {image: a, depends_on: [b]}
  b: {image: b, network_mode: "service:c"}
  c: {image: c, depends_on: [a, d]}
  d: {image: d, depends_on: [d]}
`,
      }),
    ).toEqual([
      'compose.yaml:2:3: services.a: depends on itself: a → b → c → a',
      'compose.yaml:5:3: services.d: depends on itself: d → d',
    ]);
  });

  it('guess what a misspelt field means', async () => {
    const project = await folder.load({
      'compose.yaml': `services:
  a:
    image: a
    enviroment: {A: 1}
    x-mine: 1
  b: {image: b, enviroment: {}, healthcheck: { intervall: 1s, test: x } }
volume: {}`,
    });
    expect(project.remarks).toEqual([
      'enviroment is not a compose field and has no effect (did you mean environment?): services.a (compose.yaml:4:5), services.b (compose.yaml:6:17)',
      'intervall is not a compose field and has no effect (did you mean interval?): services.b.healthcheck (compose.yaml:6:48)',
      'volume is not a compose field and has no effect (did you mean volumes?): the file (compose.yaml:7:1)',
    ]);
  });
});

describe('remarks', () => {
  it('name what means something else on a device than with docker compose', async () => {
    const project = await folder.load({
      'compose.yaml': `
services:
  a:
    image: a
    ports: [8080, "9000-9001/udp", "80:80", "127.0.0.1::81", {target: 82}]
    entrypoint: [/wrapper.sh]
  b:
    image: b
    entrypoint: /run.sh
    command: []
`,
    });
    expect(project.remarks).toEqual([
      'these ports are published on the same port of the host, as on a device; docker compose would choose a free one, which {target: PORT} asks for: a 8080, a 9000-9001',
      'these services pass the CMD of the image to their entrypoint, as on a device; docker compose would drop it, which command: [] asks for: a',
    ]);
  });
});

describe('builds', () => {
  const device = { type: 'raspberrypi4-64', arch: 'aarch64' };

  it('fill in the template for the device, and prefer what is made for it', async () => {
    const project = await folder.load(
      {
        'compose.yaml':
          'services: {a: {build: a}, b: {build: b}, c: {build: c}, d: {build: {context: d, dockerfile: Dockerfile.template}}}',
        'a/Dockerfile.template': 'FROM x/%%BALENA_MACHINE_NAME%%:%%RESIN_ARCH%% %%UNKNOWN%%',
        'b/Dockerfile.aarch64': 'FROM arch',
        'b/Dockerfile': 'FROM plain',
        'c/Dockerfile.raspberrypi4-64': 'FROM type',
        'c/Dockerfile.aarch64': 'FROM arch',
        'd/Dockerfile.template': 'FROM %%BALENA_ARCH%%',
      },
      { device },
    );
    expect(project.services.map(({ build }) => build?.dockerfile)).toEqual([
      { kind: 'inline', content: 'FROM x/raspberrypi4-64:aarch64 %%UNKNOWN%%' },
      { kind: 'inline', content: 'FROM arch' },
      { kind: 'inline', content: 'FROM type' },
      { kind: 'inline', content: 'FROM aarch64' },
    ]);
  });

  it('use the image beside the build as a tag, and keep the name that the client gives', async () => {
    const project = await folder.load({
      'compose.yaml': 'services: {Web: {image: "me/web:1", build: {context: ., tags: [x]}}}',
      Dockerfile: 'FROM scratch',
    });
    expect(project.services).toMatchObject([{ image: 'local_image_web:latest', build: { tags: ['me/web:1', 'x'] } }]);
  });

  it('read secrets, which stay on this machine, and further contexts', async () => {
    const project = await folder.load({
      'compose.yaml': `
services:
  base: { build: . }
  web:
    build:
      context: .
      secrets: [plain, { source: file, target: token }]
      additional_contexts: { assets: ./assets, base: "service:base", alpine: "docker-image://alpine" }
secrets: { plain: { content: one }, file: { file: ./token.txt }, unused: { file: ./none } }
`,
      'token.txt': 'hunter2',
      Dockerfile: 'FROM scratch',
    });
    expect(project.services[1]).toMatchObject({
      dependencies: ['base'],
      build: {
        secrets: { plain: 'plain', token: 'file' },
        additionalContexts: {
          assets: join(project.directory, 'assets'),
          base: 'service:base',
          alpine: 'docker-image://alpine',
        },
      },
    });
    expect(project.buildSecrets).toEqual({ plain: { content: 'one' }, file: { content: 'hunter2' } });
    expect(JSON.stringify(toTargetState(project))).not.toContain('hunter2');
  });

  it('are faults when they refer to what is not there', async () => {
    expect(
      await folder.faults({
        'compose.yaml': `
services:
  db: { image: db }
  web:
    build:
      context: .
      secrets: [tokn]
      additional_contexts: { a: "https://example.com/x.git", b: "service:db", c: "" }
secrets: { token: { content: x } }
`,
        Dockerfile: 'FROM scratch',
      }),
    ).toEqual([
      'compose.yaml:7:7: services.web.build.secrets: secret tokn is not declared in secrets; did you mean token?',
      'compose.yaml:8:30: services.web.build.additional_contexts.a: must be a folder of this machine, an image or a service',
      'compose.yaml:8:62: services.web.build.additional_contexts.b: service:db is not a service that is built here',
      'compose.yaml:8:79: services.web.build.additional_contexts.c: needs a folder, docker-image://REFERENCE or service:NAME',
    ]);
  });

  it('say where there is no Dockerfile, and which template needs a device', async () => {
    expect(await folder.faults({ 'compose.yaml': 'services:\n  a: {build: none}' })).toEqual([
      'compose.yaml:2:7: services.a.build: there is no Dockerfile in none: write one, or name it with build.dockerfile',
    ]);
    expect(
      await folder.faults({ 'compose.yaml': 'services: {a: {build: .}}', 'Dockerfile.template': 'FROM x' }),
    ).toEqual([
      "compose.yaml:1:16: services.a.build: Dockerfile.template is a template: name the device's type and architecture to fill it in",
    ]);
  });

  it('find the Dockerfile of the device in a folder that has no other', async () => {
    const project = await folder.load({ 'Dockerfile.aarch64': 'FROM x' }, { device });
    expect(project.services).toMatchObject([{ build: { dockerfile: { kind: 'inline', content: 'FROM x' } } }]);
    expect((await folder.faults({ 'Dockerfile.aarch64': 'FROM x' }))[0]).toContain('holds no project');
  });

  it('make one service of a Dockerfile alone', async () => {
    const project = await folder.load({ 'Dockerfile.template': 'FROM %%BALENA_ARCH%%' }, { device });
    expect(project.services).toMatchObject([
      {
        name: 'main',
        build: { dockerfile: { kind: 'inline', content: 'FROM aarch64' } },
        composition: { network_mode: 'host', privileged: true },
      },
    ]);
  });
});

describe('configs, secrets and mounts', () => {
  it('reads contents from files, variables and the compose file', async () => {
    const project = await folder.load(
      {
        'compose.yaml': `
services:
  a:
    image: a
    secrets: [from-file, { source: from-variable, mode: 0440 }]
    configs: [inline]
secrets:
  from-file: { file: ./secret.txt }
  from-variable: { environment: TOKEN }
configs:
  inline: { content: "x=\${TOKEN}" }
`,
        'secret.txt': 'from the file',
      },
      { environment: { TOKEN: 't0ken' } },
    );
    expect(project.secrets).toEqual({
      'from-file': { content: 'from the file' },
      'from-variable': { content: 't0ken' },
    });
    expect(project.configs).toEqual({ inline: { content: 'x=t0ken' } });
    expect(project.services[0]?.composition['secrets']).toEqual(['from-file', { source: 'from-variable', mode: 288 }]);
    expect(toTargetState(project).local.apps).toMatchObject({
      1: { secrets: project.secrets, configs: project.configs },
    });
  });

  it('says which file cannot be taken', async () => {
    expect(
      await folder.faults({
        'compose.yaml':
          'services: {a: {image: a, secrets: [b, n, v, x]}}\nsecrets:\n  b: {file: b.bin}\n  n: {file: none}\n  v: {environment: NONE}\n  x: {external: true}\n  unused: {external: true}',
        'b.bin': Buffer.from([0xff, 0xfe, 0x00]),
      }),
    ).toEqual([
      'compose.yaml:3:7: secrets.b.file: b.bin is not UTF-8 text: put it into the image or a volume',
      expect.stringContaining('compose.yaml:4:7: secrets.n.file: none cannot be read: ENOENT'),
      'compose.yaml:5:7: secrets.v.environment: variable NONE is not set',
      'compose.yaml:6:7: secrets.x.external: only a swarm holds such files: use file, environment or content',
    ]);
  });

  it('turns bind mounts of the host into the labels that grant them', async () => {
    const project = await folder.load({
      'compose.yaml': `
services:
  a:
    image: a
    volumes:
      - /var/run/docker.sock:/var/run/docker.sock:ro
      - /sys/:/sys
      - { type: bind, source: /run/dbus, target: /host/run/dbus }
      - data:/data
volumes: { data: }
`,
    });
    expect(project.services[0]?.labels).toEqual({
      'io.balena.features.balena-socket': '1',
      'io.balena.features.sysfs': '1',
      'io.balena.features.dbus': '1',
    });
    expect(project.services[0]?.composition['volumes']).toEqual(['data:/data']);
    expect(project.remarks).toHaveLength(3);
  });

  it('makes paths of bind mounts and watch rules absolute', async () => {
    const project = await folder.load({
      'compose.yaml': `
services:
  a:
    image: a
    volumes: [./src:/src, "~/x:/x"]
    develop: { watch: [{ action: sync, path: ./src, target: /src, ignore: [node_modules/] }] }
`,
    });
    expect(project.services[0]?.composition['volumes']).toEqual([
      `${folder.path}/src:/src`,
      expect.stringMatching(/^\/.*\/x:\/x$/),
    ]);
    expect(project.services[0]?.watch).toMatchObject([
      { action: 'sync', path: join(folder.path, 'src'), target: '/src', ignore: ['node_modules/'] },
    ]);
  });
});

describe('rules of develop.watch', () => {
  it('have their paths on this machine and in the container', async () => {
    const project = await folder.load({
      'compose.yaml': `
services:
  web:
    image: web
    environment: { A: "1" }
    develop:
      watch:
        - { action: rebuild, path: ./package.json }
        - action: sync+exec
          path: src
          target: /app/src
          ignore: "*.tmp"
          include: ["*.ts"]
          initial_sync: true
          exec: { command: make, user: app, working_dir: /app, environment: { LEVEL: "2" } }
`,
    });
    expect(project.services[0]?.watch).toEqual([
      {
        action: 'rebuild',
        path: join(project.directory, 'package.json'),
        target: null,
        ignore: [],
        include: [],
        initialSync: false,
        exec: null,
      },
      {
        action: 'sync+exec',
        path: join(project.directory, 'src'),
        target: '/app/src',
        ignore: ['*.tmp'],
        include: ['*.ts'],
        initialSync: true,
        exec: {
          command: ['/bin/sh', '-c', 'make'],
          user: 'app',
          privileged: false,
          workingDirectory: '/app',
          environment: { LEVEL: '2' },
        },
      },
    ]);
  });

  it('are faults without what their action needs', async () => {
    expect(
      await folder.faults({
        'compose.yaml':
          'services: {web: {image: x, develop: {watch: [{action: sync, path: a}, {action: sync+exec, path: a, target: /a}]}}}',
      }),
    ).toEqual([
      'compose.yaml:1:46: services.web.develop.watch.0: sync needs a target: the path in the container',
      'compose.yaml:1:71: services.web.develop.watch.1: sync+exec needs exec: the program to run',
    ]);
  });
});
