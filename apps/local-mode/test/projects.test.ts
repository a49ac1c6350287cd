import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bundleApps, connectEngine, waitFor } from '@device-supervisor/testbed';
import { afterEach, beforeAll, beforeEach, expect, inject, it } from 'vitest';
import { startLocalMode, type LocalModeProcess } from './local-mode-process.ts';

/* Several projects, one supervisor: what belongs to one of them is out of reach of the others. */

const engineEndpoint = inject('engineEndpoint');
const engine = connectEngine(engineEndpoint);

let folder: string;

beforeAll(async () => {
  await bundleApps(['local-mode', 'supervisor']);
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'projects-'));
});

afterEach(async () => {
  for (const project of ['shop', 'blog']) {
    await using stop = start('--stop', '--volumes', '-p', project);
    await stop.ended();
  }
  await rm(folder, { recursive: true, force: true });
});

function start(...args: string[]): LocalModeProcess {
  return startLocalMode({ engineEndpoint, args: ['--state', join(folder, 'state'), ...args] });
}

/** A project whose service writes its project's name into a volume, and prints what the volume holds. */
async function writeProject(name: string, instruction = 'ENV PROJECT=' + name): Promise<string> {
  const directory = join(folder, name);
  await mkdir(directory);
  await writeFile(
    join(directory, 'compose.yaml'),
    `services:
  app:
    build: { context: ., x-busybox: true }
    stop_grace_period: 0s
    volumes: ["data:/data"]
volumes: { data: }
`,
  );
  await writeFile(
    join(directory, 'Dockerfile'),
    `FROM scratch
COPY busybox /busybox
${instruction}
CMD ["/busybox", "sh", "-c", "echo $PROJECT >> /data/writers; /busybox cat /data/writers; exec /busybox sleep 100000"]
`,
  );
  return directory;
}

async function projectOf(service: string): Promise<string | undefined> {
  const filters = { label: ['io.balena.supervised', `io.balena.service-name=${service}`] };
  const [container] = await engine.listContainers({ filters });
  if (container === undefined) return undefined;
  const { Config } = await engine.getContainer(container.Id).inspect();
  return Config.Env.find((variable) => variable.startsWith('PROJECT='))?.slice('PROJECT='.length);
}

/** Of the projects of this file. */
async function volumes(): Promise<readonly string[]> {
  const { Volumes } = await engine.listVolumes();
  return (Volumes ?? [])
    .map(({ Name }) => Name)
    .filter((name) => /^1_(?:shop|blog)_/.test(name))
    .toSorted();
}

it('keep their volumes apart, and one replaces another only with --replace', async () => {
  const shop = await writeProject('shop');
  const blog = await writeProject('blog');
  await using first = start(shop, '--port', '0', '--detach');
  expect(await first.ended()).toBe(0);

  await using refused = start(blog, '--detach');
  expect(await refused.ended()).toBe(1);
  expect(refused.text()).toContain(`the project shop of ${shop} is running here`);
  expect(refused.text()).toContain('--replace');
  expect(await projectOf('app')).toBe('shop');

  await using replaced = start(blog, '--detach', '--replace');
  expect(await replaced.ended()).toBe(0);
  expect(replaced.text()).toContain(
    `Replacing the project shop of ${shop}: its services stop once every image of blog is there, and its volumes stay`,
  );
  expect(await projectOf('app')).toBe('blog');
  expect(await volumes()).toEqual(['1_blog_data', '1_shop_data']);

  await using stop = start('--stop', '--volumes');
  expect(await stop.ended()).toBe(0);
  expect(stop.text()).toContain('Removed the volume data of blog');
  expect(stop.text()).toContain('Kept the volume data of shop');
  expect(await volumes()).toEqual(['1_shop_data']);
});

it('keep a project running until every image of the one that replaces it is there, and say so', async () => {
  const shop = await writeProject('shop');
  await using first = start(shop, '--port', '0', '--detach');
  expect(await first.ended()).toBe(0);
  const blog = join(folder, 'blog');
  await mkdir(blog);
  const compose = (far: string): string =>
    `services:
  near: { build: { dockerfile_inline: "FROM scratch\\nCOPY busybox /busybox", x-busybox: true }, command: /busybox sleep 100000, stop_grace_period: 0s }
  far: { ${far}, stop_grace_period: 0s }
`;
  await writeFile(join(blog, 'compose.yaml'), compose('image: 127.0.0.1:1/nothing:1'));
  await using waiting = start(blog, '--detach', '--replace');
  expect(await waiting.ended()).toBe(1);
  expect(waiting.text()).toMatch(/near +waiting/);
  expect(waiting.text()).toContain('! still running from before: app');
  expect(await projectOf('app')).toBe('shop');

  const far =
    'build: { dockerfile_inline: "FROM scratch\\nCOPY busybox /busybox", x-busybox: true }, command: /busybox sleep 100000';
  await writeFile(join(blog, 'compose.yaml'), compose(far));
  await using corrected = start(blog, '--detach');
  expect(await corrected.ended()).toBe(0);
  expect(corrected.text()).not.toContain('from before');
  expect(await projectOf('app')).toBeUndefined();
});

it('never run the image that was built for another project', async () => {
  const shop = await writeProject('shop');
  const broken = await writeProject('blog', 'RUN ["/busybox", "false"]');
  await using first = start(shop, '--port', '0', '--detach');
  expect(await first.ended()).toBe(0);

  await using second = start(broken, '--detach', '--replace');
  expect(await second.ended()).toBe(1);
  expect(second.text()).toContain('cannot be built');
  await waitFor('the container of the other project to go', () => projectOf('app'), {
    until: (project) => project === undefined,
  });
});
