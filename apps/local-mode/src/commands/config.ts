import type { BuildDevice, BuildInstructions, Project, ProjectFile } from '@device-supervisor/compose-project';
import { plainLines } from '@device-supervisor/views';
import { EXIT, show } from '@device-supervisor/views/command-line';
import { stringify } from 'yaml';
import type { CommonOptions, ProjectOptions } from '../cli/options.ts';
import { asking, openContext, type Context } from './context.ts';
import { buildDevice } from '../run/build-device.ts';
import type { Place } from '../run/place.ts';
import { readProject } from '../run/read-project.ts';
import { deviceOf } from './read-target-project.ts';
import { deviceTarget, findLocalTarget, type Target } from './target.ts';

/**
 * Prints a project as it is after variables, overrides and profiles, without the contents of configs and secrets. Needs no
 * engine.
 *
 * @returns exit code
 * @throws ProjectError, ProjectNotFoundError
 */
export async function config(place: Place, options: CommonOptions, project: ProjectOptions): Promise<number> {
  const { screen, notes } = place;
  const running = options.device === null ? await findLocalTarget(options, place) : null;
  const device =
    options.device === null
      ? buildDevice(process.arch)
      : await deviceOfTarget(deviceTarget(options.device, options.engine), { place, options });
  const path = project.path ?? running?.session?.project?.directory ?? null;
  const read = await readProject({ ...project, path }, place, device);
  for (const remark of read.remarks) notes.write(`${screen.paint('yellow', `! ${plainLines(remark)}`)}\n`);
  const answer = describe(read);
  show({ screen, json: options.json }, answer, () => [stringify(answer, { lineWidth: 0 }).trimEnd()]);
  return EXIT.done;
}

async function deviceOfTarget(target: Target, context: Pick<Context, 'place' | 'options'>): Promise<BuildDevice> {
  const { signal } = new AbortController();
  return await asking(target, () => deviceOf(openContext(target, { ...context, signal }).client), signal);
}

function describe({ name, directory, files, services, networks, volumes, configs, secrets }: Project): object {
  return {
    name,
    directory,
    files,
    services: Object.fromEntries(
      services.map(({ name: service, image, build, environment, labels, composition, watch }) => [
        service,
        {
          image,
          ...(build === null ? {} : { build: describeBuild(build) }),
          ...optional({ environment, labels }),
          ...composition,
          ...(watch.length === 0 ? {} : { develop: { watch } }),
        },
      ]),
    ),
    ...optional({ networks, volumes, configs: withoutContents(configs), secrets: withoutContents(secrets) }),
  };
}

function describeBuild({
  context,
  dockerfile,
  args,
  labels,
  target,
  network,
  tags,
  addBusybox,
}: BuildInstructions): object {
  return {
    context,
    ...(dockerfile.kind === 'file' ? { dockerfile: dockerfile.path } : { dockerfile_inline: dockerfile.content }),
    ...optional({ args, labels }),
    ...(target === null ? {} : { target }),
    ...(network === null ? {} : { network }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(addBusybox ? { 'x-busybox': true } : {}),
  };
}

/** Only maps with something in them. */
function optional(maps: Readonly<Record<string, Readonly<Record<string, unknown>>>>): object {
  return Object.fromEntries(Object.entries(maps).filter(([, map]) => Object.keys(map).length > 0));
}

function withoutContents(files: Readonly<Record<string, ProjectFile>>): Readonly<Record<string, object>> {
  return Object.fromEntries(
    Object.entries(files).map(([name, file]) => [
      name,
      'external' in file ? { external: true } : { bytes: Buffer.byteLength(file.content) },
    ]),
  );
}
