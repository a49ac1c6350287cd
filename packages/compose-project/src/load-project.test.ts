import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ProjectNotFoundError } from './errors.ts';
import { loadProject, type LoadProjectOptions } from './load-project.ts';
import type { Project } from './project.ts';
import { createProjectFolder, serviceOf, type ProjectFolder } from './testing/project-folder.ts';
let folder: ProjectFolder;
beforeEach(async () => {
  folder = await createProjectFolder();
});
afterEach(() => folder[Symbol.asyncDispose]());

describe('finding the files', () => {
  it('merges the override file and overlays beside the compose file', async () => {
    const project = await folder.load(
      {
        'docker-compose.yml': 'services: {a: {image: base, environment: {A: 1}}}',
        'docker-compose.override.yml': 'services: {a: {environment: {B: 2}}}',
        'docker-compose.dev.yml': 'services: {a: {image: dev}}',
      },
      { overlays: ['docker-compose.dev.yml'] },
    );
    expect(project.services).toMatchObject([{ name: 'a', image: 'dev', environment: { A: '1', B: '2' } }]);
    expect(project.files.map((file) => file.slice(folder.path.length + 1))).toEqual([
      'docker-compose.yml',
      'docker-compose.override.yml',
      'docker-compose.dev.yml',
    ]);
  });

  it('reads the files of the options, else those of COMPOSE_FILE, also from .env', async () => {
    const files = {
      'compose.yaml': 'services: {a: {image: unused}}',
      'one.yaml': 'services: {a: {image: one}}',
      'two.yaml': 'services: {a: {command: two}}',
      '.env': 'COMPOSE_FILE=one.yaml:two.yaml',
    };
    const fromVariable = await folder.load(files);
    expect(fromVariable.services).toMatchObject([{ image: 'one', composition: { command: 'two' } }]);
    const fromOptions = await folder.load(files, { files: ['one.yaml'] });
    expect(fromOptions.services[0]?.composition).toEqual({});
  });

  it('says what is missing', async () => {
    expect(await folder.faults({}, { files: ['none.yaml'] })).toEqual(['there is no compose file none.yaml']);
    expect((await folder.faults({ 'other.txt': '' }))[0]).toContain('holds no project');
    await expect(loadProject(join(folder.path, 'none'), { environment: {} })).rejects.toThrow(ProjectNotFoundError);
  });

  it.each([
    ['My App!', 'myapp'],
    ['_x', 'x'],
    ['..', 'default'],
  ])('names the project %s %s', async (given, name) => {
    expect((await folder.load({ 'compose.yaml': `name: "${given}"\nservices: {a: {image: a}}` })).name).toBe(name);
  });
});

describe('variables', () => {
  it('come from the caller, then .env, then defaults', async () => {
    const project = await folder.load(
      {
        'compose.yaml': 'services: {a: {image: "${A}-${B}-${C:-c}", environment: [A, B, C]}}',
        '.env': 'A=file\nB=file',
      },
      { environment: { A: 'caller' } },
    );
    expect(project.services).toMatchObject([{ image: 'caller-file-c', environment: { A: 'caller', B: 'file' } }]);
  });

  it('come from the folder first, then from beside the compose file', async () => {
    const project = await folder.load(
      {
        'sub/compose.yaml': 'services: {a: {image: "$A-$B"}}',
        '.env': 'A=folder',
        'sub/.env': 'A=file\nB=file',
      },
      { files: ['sub/compose.yaml'] },
    );
    expect(project.services[0]?.image).toBe('folder-file');
  });

  it('hold the name of the project, whatever gives it', async () => {
    const files = { 'compose.yaml': 'name: "$BASE-shop"\nservices: {a: {image: "$COMPOSE_PROJECT_NAME"}}' };
    const imageOf = async (options: Partial<LoadProjectOptions>) =>
      (await folder.load(files, options)).services[0]?.image;
    expect(await imageOf({ environment: { BASE: 'My' } })).toBe('my-shop');
    expect(await imageOf({ environment: { COMPOSE_PROJECT_NAME: 'other' } })).toBe('other');
    expect(await imageOf({ name: 'Named' })).toBe('Named'.toLowerCase());
  });

  it('come from files that are named instead of .env', async () => {
    const project = await folder.load(
      { 'compose.yaml': 'services: {a: {image: "$A$B"}}', '.env': 'A=unused', 'one.env': 'A=1\nB=1', 'two.env': 'B=2' },
      { envFiles: ['one.env', 'two.env'] },
    );
    expect(project.services[0]?.image).toBe('12');
  });

  it('are reported when they have no value', async () => {
    const project = await folder.load({ 'compose.yaml': 'services:\n  a:\n    image: a$NONE' });
    expect(project.remarks).toEqual(['these variables are not set and count as empty: NONE (compose.yaml:3:12)']);
  });

  it('reads files of a service in their order, environment last', async () => {
    const project = await folder.load(
      {
        'compose.yaml': `
services:
  a:
    image: a
    env_file:
      - one.env
      - two.env
      - { path: raw.env, format: raw }
      - { path: none.env, required: false }
    environment: { C: service, OWN: own }
`,
        'one.env': 'A=1\nB=${HOST}-${OWN}\nPASSED\nC=file',
        'two.env': 'E=${A}',
        'raw.env': 'D="$HOST"',
      },
      { environment: { HOST: 'host', PASSED: 'on' } },
    );
    expect(project.services[0]?.environment).toEqual({
      A: '1',
      B: 'host-own',
      PASSED: 'on',
      C: 'service',
      OWN: 'own',
      D: '"$HOST"',
      E: '1',
    });
  });

  it('are faults where a required file is missing or damaged', async () => {
    expect(await folder.faults({ 'compose.yaml': 'services:\n  a:\n    image: a\n    env_file: none.env' })).toEqual([
      'compose.yaml:4:5: services.a.env_file: there is no file none.env',
    ]);
    expect(
      await folder.faults({ 'compose.yaml': 'services: {a: {image: a, env_file: a.env}}', 'a.env': 'X=1\nY="s3cret' }),
    ).toEqual(['a.env:2:1: a quoted value has no closing quote']);
  });
});

describe('extends', () => {
  it('merges a service of the same file and of another, whose paths begin in its folder', async () => {
    const project = await folder.load({
      'compose.yaml': `
services:
  base: { image: base, environment: { A: base, B: base }, profiles: [never] }
  same: { extends: base, environment: { B: same }, profiles: [] }
  other:
    extends: { file: shared/compose.yaml, service: worker }
    environment: { C: other }
`,
      'shared/compose.yaml': `
services:
  worker: { extends: root, env_file: worker.env, build: ./app }
  root: { environment: { R: root } }
`,
      'shared/worker.env': 'W=worker',
      'shared/app/Dockerfile': 'FROM scratch',
    });
    expect(serviceOf(project, 'other')).toMatchObject({
      environment: { W: 'worker', R: 'root', C: 'other' },
      build: { context: join(folder.path, 'shared/app') },
    });
  });

  it('names what is wrong', async () => {
    expect(
      await folder.faults({
        'compose.yaml': `
services:
  a: { image: a, extends: none }
  b: { image: b, extends: { service: c } }
  c: { image: c, extends: b }
  d: { image: d, extends: { file: other.yaml, service: none } }
`,
        'other.yaml': 'services: {}',
      }),
    ).toEqual([
      'compose.yaml:3:27: services.a.extends: there is no service none',
      'compose.yaml:4:27: services.b.extends: c extends itself',
      'compose.yaml:5:27: services.c.extends: b extends itself',
      'compose.yaml:6:27: services.d.extends: there is no service none in other.yaml',
    ]);
  });
});

describe('include', () => {
  it('adds the model of another project, with its own folder and variables', async () => {
    const project = await folder.load({
      'compose.yaml': 'include: [db/compose.yaml]\nservices: {web: {image: web, depends_on: [db]}}',
      'db/compose.yaml': 'services: {db: {image: "db:${TAG}", env_file: db.env}}\nvolumes: {data: }',
      'db/.env': 'TAG=1',
      'db/db.env': 'A=1',
    });
    expect(serviceOf(project, 'db')).toMatchObject({ image: 'db:1', environment: { A: '1' } });
    expect(project.volumes).toEqual({ data: null });
  });

  it('takes an override, folder and variables for the included project', async () => {
    const project = await folder.load({
      'compose.yaml': `
include:
  - path: [db/compose.yaml, db.override.yaml]
    project_directory: .
    env_file: db.env
services: { web: { image: web } }
`,
      'db/compose.yaml': 'services: {db: {image: "db:${TAG}", build: ./here}}',
      'db.override.yaml': 'services: {db: {command: override}}',
      'db.env': 'TAG=2',
      'here/Dockerfile': 'FROM scratch',
    });
    expect(serviceOf(project, 'db')).toMatchObject({
      build: { context: join(folder.path, 'here'), tags: ['db:2'] },
      composition: { command: 'override' },
    });
  });

  it('refuses two definitions of one service, and a circle', async () => {
    expect(
      await folder.faults({
        'compose.yaml': 'include:\n  - other.yaml\nservices:\n  a: {image: mine}',
        'other.yaml': 'services:\n  a: {image: theirs}',
      }),
    ).toEqual(['compose.yaml:4:3: services.a: is defined differently in the included other.yaml:2']);
    expect(
      await folder.faults({
        'compose.yaml': 'include: other.yaml\nservices: {a: {image: a}}',
        'other.yaml': 'include: compose.yaml',
      }),
    ).toEqual(['other.yaml:1:10: include: compose.yaml includes itself']);
    expect(
      await folder.faults({
        'compose.yaml':
          'include: ["oci://x/y"]\nservices: {a: {image: a, extends: {file: "https://x/y.yaml", service: b}}}',
      }),
    ).toEqual([
      'compose.yaml:1:11: include: oci://x/y must be a file of this machine: download it first',
      'compose.yaml:2:35: services.a.extends: https://x/y.yaml must be a file of this machine: download it first',
    ]);
  });
});

describe('choosing services', () => {
  const files = {
    'compose.yaml': `
services:
  web: { image: web, depends_on: { db: { condition: service_started }, cache: { condition: service_started, required: false } } }
  db: { image: db }
  cache: { image: cache, profiles: [fast] }
  debug: { image: debug, profiles: [debug], depends_on: [db] }
`,
  };
  const names = ({ services }: Project): string[] => services.map(({ name }) => name);

  it('takes those without a profile, and those of active profiles', async () => {
    expect(names(await folder.load(files))).toEqual(['web', 'db']);
    expect(names(await folder.load(files, { profiles: ['fast'] }))).toEqual(['web', 'db', 'cache']);
    expect(names(await folder.load(files, { environment: { COMPOSE_PROFILES: 'fast,debug' } }))).toEqual([
      'web',
      'db',
      'cache',
      'debug',
    ]);
    expect(names(await folder.load(files, { profiles: ['*'] }))).toHaveLength(4);
  });

  it('takes a named service with what it needs, and activates its profile', async () => {
    expect(names(await folder.load(files, { services: ['debug'] }))).toEqual(['db', 'debug']);
    expect(await folder.faults(files, { services: ['debgu'] })).toContain(
      'compose.yaml:2:1: services: there is no service debgu; did you mean debug?',
    );
  });

  it('drops an optional dependency that is left out, and refuses a required one', async () => {
    const project = await folder.load(files);
    expect(serviceOf(project, 'web').composition['depends_on']).toEqual({ db: { condition: 'service_started' } });
    expect(project.remarks).toEqual([
      'these services start without one that they do not require: web without cache',
      'these services are left out, because no profile of theirs is active: cache (fast), debug (debug)',
    ]);
    expect(
      await folder.faults({
        'compose.yaml': 'services:\n  a: {image: a, depends_on: [b]}\n  b: {image: b, profiles: [x]}',
      }),
    ).toEqual([
      'compose.yaml:2:30: services.a.depends_on.0: b is left out: activate one of its profiles (x), or set required: false',
    ]);
  });

  it('takes the restart policy of a deployment', async () => {
    const { services } = await folder.load({
      'compose.yaml': `
services:
  a: { image: a, deploy: { restart_policy: { condition: on-failure, max_attempts: 3 } } }
  b: { image: b, deploy: { restart_policy: { condition: none, delay: 5s }, replicas: 1 } }
  c: { image: c, deploy: { restart_policy: {} } }
  d: { image: d, restart: "no", deploy: { restart_policy: { condition: any } } }
`,
    });
    expect(services.map(({ composition }) => composition)).toEqual([
      { restart: 'on-failure:3', deploy: {} },
      { restart: 'no', deploy: { restart_policy: { delay: '5s' }, replicas: 1 } },
      { restart: 'always', deploy: {} },
      { restart: 'no', deploy: { restart_policy: { condition: 'any' } } },
    ]);
  });

  it('lets a service end whose completion another one waits for', async () => {
    const project = await folder.load({
      'compose.yaml': `
services:
  migrate: { image: m }
  web: { image: w, depends_on: { migrate: { condition: service_completed_successfully } } }
`,
    });
    expect(serviceOf(project, 'migrate').composition['restart']).toBe('no');
    expect(project.remarks[0]).toMatch(/^these services get restart: "no".*: migrate for web$/);
  });
});
