import type { Engine } from '@device-supervisor/engine';
import { formatError } from '@device-supervisor/errors';
import { toTargetState, type Project } from '@device-supervisor/compose-project';
import type { RegistryLogins } from '../registry-logins/registry-logins.ts';
import { outcomeOf } from '../view/phase.ts';
import { createProgressView } from '../view/progress-view.ts';
import { plainText, type Screen } from '@device-supervisor/views';
import { buildServices, type BuildResult } from './build-services.ts';
import { fetchImages } from './fetch-images.ts';
import { watchServices, type Look, type Watched } from './watch-services.ts';

export interface ApplyContext extends Watched {
  readonly screen: Screen;
  readonly signal: AbortSignal;
  /** The logins of the developer. */
  readonly logins: RegistryLogins;
  /** Downloads images with these logins. */
  readonly images: Pick<Engine, 'pullImage'>;
  busybox(): Promise<string>;
  /** The prefix of the names of a project's volumes. */
  prefixVolumes(project: string): string;
}

export interface ApplyResult extends Look {
  readonly notBuilt: ReadonlyMap<string, string>;
  /** Reasons of the builds that failed, by service. */
  readonly failures: ReadonlyMap<string, unknown>;
  /** Every service has reached its target. */
  readonly succeeded: boolean;
}

/** Milliseconds between two looks while services are brought to their target. */
const LOOK_INTERVAL = 250;

/**
 * Builds the images of a project, downloads those that need a login, sends it to the supervisor, and shows the progress of its services until nothing changes
 * any more.
 *
 * @throws ApiRequestError, ApiUnreachableError, SupervisorLostError; the signal's reason when aborted
 */
export async function applyProject(project: Project, context: ApplyContext): Promise<ApplyResult> {
  const { screen, logs, signal } = context;
  for (const remark of project.remarks) screen.print(screen.paint('yellow', `! ${remark}`));
  logs.passTo(null);
  let built: BuildResult;
  {
    using view = createProgressView(screen);
    built = await buildServices(project, {
      ...context,
      view,
      onLine: (service, line) => screen.print(screen.paint('dim', `${service} | ${plainText(line)}`)),
    });
  }
  for (const failure of built.failures.values()) screen.print(screen.paint('red', `✖ ${formatError(failure)}`));
  await fetchImages(built.runnable, context);
  await sendTarget({ ...project, services: built.runnable }, context);
  const last = await watchUntilSettled(project, built, context);
  signal.throwIfAborted();
  return {
    ...last,
    notBuilt: built.notBuilt,
    failures: built.failures,
    succeeded: [...last.phases.values()].every((phase) => outcomeOf(phase) === 'good'),
  };
}

/** Makes a project the target of the supervisor. */
export async function sendTarget(
  project: Project,
  { operations, client, prefixVolumes }: Pick<ApplyContext, 'operations' | 'client' | 'prefixVolumes'>,
): Promise<void> {
  operations.beginApply();
  const device = await client.device();
  await client.setTarget(toTargetState(project, { device, volumePrefix: prefixVolumes(project.name) }));
}

async function watchUntilSettled(project: Project, { notBuilt }: BuildResult, context: ApplyContext): Promise<Look> {
  using view = createProgressView(context.screen);
  let last: Look = { phases: new Map(), containers: new Map(), settled: true };
  for await (last of watchServices(context, { project, notBuilt, interval: LOOK_INTERVAL, signal: context.signal })) {
    view.update(last.phases);
    if (last.settled) break;
  }
  return last;
}
