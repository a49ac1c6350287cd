import { formatError } from '@device-supervisor/errors';
import type Docker from 'dockerode';
import { buildImage, PROJECT_LABEL } from '../build/build-image.ts';
import { formatStep } from '../build/build-output.ts';
import { BuildError } from '../build/errors.ts';
import type { Project, ProjectService } from '@device-supervisor/compose-project';
import { isNotFound } from '../engine/is-not-found.ts';
import type { Phase } from '../view/phase.ts';
import type { RegistryLogins } from '../registry-logins/registry-logins.ts';
import type { ProgressView } from '../view/progress-view.ts';

export interface BuildResult {
  /** Services that cannot run as the project says, with the reason. */
  readonly notBuilt: ReadonlyMap<string, string>;
  /** Reasons of the builds that failed, by service. */
  readonly failures: ReadonlyMap<string, unknown>;
  /** Services that have an image and do not depend on one that has not. */
  readonly runnable: readonly ProjectService[];
}

export interface BuildServicesOptions {
  readonly engine: Docker;
  readonly logins: RegistryLogins;
  readonly view: ProgressView;
  readonly signal: AbortSignal;
  busybox(): Promise<string>;
  /** A line of the output of a service's build. */
  onLine(service: string, line: string): void;
}

/**
 * Builds the images of a project one after the other: concurrent builds would each create their own copies of shared
 * layers, and later builds would find now these, now those in the cache. A build that fails stops only the services that
 * need it; the image of the last successful build for this project stays in use.
 */
export async function buildServices(project: Project, options: BuildServicesOptions): Promise<BuildResult> {
  const { engine, view, signal } = options;
  const phases = new Map<string, Phase>(project.services.map(({ name }) => [name, { kind: 'waiting', reason: null }]));
  const show = (name: string, phase: Phase): void => {
    phases.set(name, phase);
    view.update(phases);
  };
  const failures = new Map<string, unknown>();
  for (const service of inBuildOrder(project.services)) {
    const { name, build } = service;
    if (build === null) continue;
    show(name, { kind: 'building', step: null });
    try {
      await buildImage({ ...service, build }, project, {
        ...options,
        onStep: (step) => show(name, { kind: 'building', step: formatStep(step) }),
        onLine: (line) => options.onLine(name, line),
      });
      show(name, { kind: 'waiting', reason: 'built' });
    } catch (error) {
      signal.throwIfAborted();
      failures.set(name, error);
      show(name, { kind: 'failed', reason: reasonOf(error) });
    }
  }
  return { failures, ...(await findRunnable(project, failures, engine)) };
}

/** The services of a project that can run after some builds have failed. */
export async function findRunnable(
  project: Pick<Project, 'name' | 'services'>,
  failures: ReadonlyMap<string, unknown>,
  engine: Docker,
): Promise<Pick<BuildResult, 'notBuilt' | 'runnable'>> {
  const present = new Map<string, boolean>();
  for (const { name, image } of project.services) {
    present.set(name, !failures.has(name) || (await wasBuilt(engine, image, project.name)));
  }
  return chooseRunnable(project.services, { failures, hasImage: (name) => present.get(name) ?? false });
}

/** A service whose image is a context of another one comes before it. */
function inBuildOrder(services: readonly ProjectService[]): readonly ProjectService[] {
  const ordered = new Set<ProjectService>();
  const add = (service: ProjectService, users: ReadonlySet<ProjectService>): void => {
    if (users.has(service)) return;
    const contexts = Object.values(service.build?.additionalContexts ?? {});
    for (const other of services) {
      if (contexts.includes(`service:${other.name}`)) add(other, new Set([...users, service]));
    }
    ordered.add(service);
  };
  for (const service of services) add(service, new Set());
  return [...ordered];
}

/** Chooses the services that can run although some images could not be built. */
export function chooseRunnable(
  services: readonly ProjectService[],
  { failures, hasImage }: { readonly failures: ReadonlyMap<string, unknown>; hasImage(service: string): boolean },
): Pick<BuildResult, 'notBuilt' | 'runnable'> {
  const notBuilt = new Map<string, string>();
  for (const [name, error] of failures) {
    const before = hasImage(name) ? '; the image that was built before is used' : '';
    notBuilt.set(name, `${reasonOf(error)}${before}`);
  }
  const absent = new Set([...failures.keys()].filter((name) => !hasImage(name)));
  for (let size = -1; size !== absent.size;) {
    size = absent.size;
    for (const { name, dependencies } of services) {
      const culprit = dependencies.find((dependency) => absent.has(dependency));
      if (culprit === undefined || absent.has(name)) continue;
      absent.add(name);
      notBuilt.set(name, `depends_on: needs ${culprit}, which cannot run`);
    }
  }
  return { notBuilt, runnable: services.filter(({ name }) => !absent.has(name)) };
}

function reasonOf(error: unknown): string {
  if (!(error instanceof BuildError)) return formatError(error);
  const { dockerfile, step } = error.details;
  return `cannot be built: ${step === null ? dockerfile : `${dockerfile}, ${formatStep(step)}`}`;
}

/** Whether an earlier build for the same project gave the image. */
async function wasBuilt(engine: Docker, image: string, project: string): Promise<boolean> {
  try {
    const { Config } = await engine.getImage(image).inspect();
    return Config.Labels?.[PROJECT_LABEL] === project;
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}
