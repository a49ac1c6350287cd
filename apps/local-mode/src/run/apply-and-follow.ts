import { createEngine } from '@device-supervisor/engine';
import { createCommandRunner } from '@device-supervisor/local-engine';
import { findBusybox } from '../build/find-busybox.ts';
import type { BuildDevice, Project } from '@device-supervisor/compose-project';
import type { Session } from '../session/session.ts';
import type { Run } from './run.ts';
import { openRegistryLogins } from '../registry-logins/registry-logins.ts';
import { openLogHub } from './log-hub.ts';
import { openOperationFeed } from './operation-feed.ts';
import { projectPath, shortPath } from './place.ts';
import { readProject } from './read-project.ts';
import { runProject } from './run-project.ts';

/** A supervisor that runs: started by this process, by another one, or on a device. */
export interface RunningSession extends Pick<
  Session,
  'engine' | 'engineEndpoint' | 'client' | 'endOfSupervisor' | 'recordProject'
> {
  /** The device for which images are built. */
  readonly device: BuildDevice;
  /** The prefix of the names of a project's volumes. */
  prefixVolumes(project: string): string;
  /** How to stop it; `null`: as usual. */
  readonly stopHint: string | null;
}

/**
 * Applies a project, and follows its services unless the options say to detach.
 *
 * @returns whether all services reached their target; only when it detaches
 */
export async function applyAndFollow(project: Project, session: RunningSession, run: Run): Promise<boolean> {
  const { options, place, state, interruption } = run;
  const path = projectPath(options, place);
  await session.recordProject(project);
  const stream = new AbortController();
  const logins = openRegistryLogins({
    environment: place.environment,
    warn: (sentence) => place.screen.print(place.screen.paint('yellow', `! ${sentence}`)),
  });
  await using images = createEngine({ endpoint: session.engineEndpoint, credentials: logins });
  try {
    return await runProject(project, {
      watch: options.watch,
      place,
      interruption,
      facts: {
        apiAddress: session.client.address,
        logFile: shortPath(state.logFile, place),
        projectPath: shortPath(path, place),
        command: place.installation.command(options.path ?? ''),
        installation: place.installation,
        listenAll: options.listenAll,
        watch: options.watch,
        detach: options.detach,
        open: options.open,
        stopHint: session.stopHint,
      },
      context: {
        ...session,
        screen: place.screen,
        logs: await openLogHub(session.client, stream.signal),
        operations: await openOperationFeed(session.client, stream.signal),
        signal: interruption.signal,
        logins,
        images,
        busybox: busyboxOnce(run),
      },
      async readProject() {
        const again = await readProject(options, place, session.device);
        await session.recordProject(again);
        return again;
      },
    });
  } finally {
    stream.abort();
  }
}

/** Several builds share one search. */
function busyboxOnce({ place, state, interruption, say }: Run): () => Promise<string> {
  let found: Promise<string> | undefined;
  return () =>
    (found ??= findBusybox({
      commands: createCommandRunner(place.environment),
      directory: state.busyboxDirectory,
      onProgress: say,
      signal: interruption.signal,
    }));
}
