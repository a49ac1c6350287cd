import { ProjectError, type Project } from '@device-supervisor/compose-project';
import { EXIT, UsageError } from '@device-supervisor/views/command-line';
import type Docker from 'dockerode';
import { isInterruption, listenForInterruption } from '../cli/interruption.ts';
import type { Options } from '../cli/options.ts';
import { asking, openContext } from '../commands/context.ts';
import { deviceOf } from '../commands/read-target-project.ts';
import { deviceTarget, type Target } from '../commands/target.ts';
import { connectEngine } from '../engine/connect-engine.ts';
import { EngineCallError } from '../errors.ts';
import { createSupervisorClient } from '../supervisor/supervisor-client.ts';
import { applyAndFollow } from './apply-and-follow.ts';
import { buildDevice } from './build-device.ts';
import { openRun } from './open-run.ts';
import type { Place } from './place.ts';
import { readProject } from './read-project.ts';
import type { Run } from './run.ts';

/**
 * Pushes a project to a device in local mode, as the public command-line client does: builds its images on the device's
 * engine, replaces the app that runs there, and follows its services. Leaving changes nothing on the device.
 *
 * @param device as it was typed
 * @returns exit code
 * @throws EngineCallError when the device's engine does not answer
 * @throws ProjectError when the project needs what only this machine has
 */
export async function upOnDevice(options: Options, device: string, place: Place): Promise<number> {
  using interruption = listenForInterruption(place.output, () => process.exit(EXIT.interrupted));
  const { signal } = interruption;
  const target = deviceTarget(device, options.engine);
  return await asking(target, () => push(options, { device, target, place, interruption }), signal);
}

interface Push extends Pick<Run, 'place' | 'interruption'> {
  readonly device: string;
  readonly target: Target;
}

async function push(options: Options, { device, target, place, interruption }: Push): Promise<number> {
  const { signal } = interruption;
  const buildFor = await deviceOf(openContext(target, { place, options, signal }).client);
  const project = await readProject(options, place, buildFor);
  requireNothingOfThisMachine(project, buildFor.arch);
  const engine = await openEngine(target.engineEndpoint);
  const run = await openRun(options, place, interruption);
  run.say(`Using the device at ${target.address}, which is ${buildFor.type} (${buildFor.arch})`);
  const session = {
    client: createSupervisorClient(target.address),
    engine,
    engineEndpoint: target.engineEndpoint,
    device: buildFor,
    prefixVolumes: () => '',
    endOfSupervisor: () => Promise.resolve(null),
    recordProject: () => Promise.resolve(),
    stopHint: `${place.installation.command(`down --device ${device}`)}; Ctrl-C only leaves`,
  };
  try {
    return (await applyAndFollow(project, session, run)) ? EXIT.done : EXIT.failed;
  } catch (error) {
    if (!isInterruption(error)) throw error;
    run.say('Left; the services keep running on the device');
    return EXIT.done;
  }
}

/** Engines are asked before anything is built. @throws EngineCallError */
export async function openEngine(endpoint: string): Promise<Docker> {
  const engine = connectEngine(endpoint);
  try {
    await engine.ping();
    return engine;
  } catch (error) {
    throw new EngineCallError(endpoint, error);
  }
}

/**
 * A device mounts no files of its host, and has no programs of this machine.
 *
 * @throws ProjectError with the place of every mount; UsageError
 */
function requireNothingOfThisMachine(project: Project, arch: string): void {
  const issues = project.services.flatMap(({ name, composition }) => {
    const mounts: readonly unknown[] = Array.isArray(composition['volumes']) ? composition['volumes'] : [];
    return mounts.flatMap((mount, index) => {
      const source = sourceOf(mount);
      if (source === null) return [];
      const path = ['services', name, 'volumes', String(index)];
      const { file, line, column } = project.locate(path);
      const message = `a device mounts no path of the host such as ${source}; put the files into the image, or use a named volume`;
      return [{ file, position: { line, column }, path: path.join('.'), message }];
    });
  });
  if (issues.length > 0) throw new ProjectError(issues);
  const needsBusybox = project.services.some(({ build }) => build?.addBusybox === true);
  if (needsBusybox && arch !== buildDevice(process.arch).arch) {
    throw new UsageError(
      `x-busybox puts the busybox of this machine into images, and the device is ${arch}`,
      'Take busybox from an image for that architecture.',
    );
  }
}

/** The path of the host that is mounted; `null`: a volume, or none. */
function sourceOf(mount: unknown): string | null {
  if (typeof mount === 'string')
    return mount.startsWith('/') && mount.includes(':') ? (mount.split(':')[0] ?? null) : null;
  const isBind = typeof mount === 'object' && mount !== null && 'type' in mount && mount.type === 'bind';
  return isBind && 'source' in mount && typeof mount.source === 'string' ? mount.source : null;
}
