import { setTimeout as delay } from 'node:timers/promises';
import type { LocalEngine } from '@device-supervisor/local-engine';
import type Docker from 'dockerode';
import { connectEngine } from '../engine/connect-engine.ts';
import {
  hasSupervisorNetwork,
  listLeftovers,
  presentVolumes,
  removeSupervisorNetwork,
  removeVolumes,
} from '../engine/leftovers.ts';
import { LeftoversError, type SupervisorLostError } from '../errors.ts';
import { EMPTY_TARGET, type Project } from '@device-supervisor/compose-project';
import { freePort } from '../supervisor/free-port.ts';
import { createLocalClient, isApiError, type SupervisorClient } from '../supervisor/supervisor-client.ts';
import {
  endOfSupervisor,
  startSupervisor,
  stopSupervisor,
  supervisorAnswers,
} from '../supervisor/supervisor-process.ts';
import { findSupervisors } from './find-supervisors.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';
import type { ProjectVolume } from './project-volumes.ts';
import { withProject, type SessionFile, type SessionRecord } from './session-record.ts';
import type { StateFolder } from './state-folder.ts';
import { DEFAULT_PORT, describeSetup, supervisorEnvironment } from './supervisor-setup.ts';

export interface SessionOptions {
  readonly state: StateFolder;
  readonly file: SessionFile;
  readonly engine: LocalEngine;
  /** The command that stops a session, for hints. */
  readonly stopCommand: string;
  /** The supervisor's program. */
  readonly program: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly listenAll: boolean;
  /** 0: any free one; `null`: the usual one, or that of a supervisor that runs. */
  readonly port: number | null;
  onProgress(message: string): void;
  readonly signal: AbortSignal;
}

/** An engine and a supervisor on it, looked after by this process. */
export interface Session {
  readonly engine: Docker;
  /** `unix:///path` or `tcp://host:port`. */
  readonly engineEndpoint: string;
  readonly client: SupervisorClient;
  /** The error of a supervisor that has ended; `null`: it runs. */
  endOfSupervisor(): Promise<SupervisorLostError | null>;
  /** Describes the running parts, for a person. */
  describe(): string;
  /** Records the project that is applied, and its volumes, which `stop` may remove. */
  recordProject(project: Project): Promise<void>;
  /** Leaves everything running, for a later process. */
  release(): Promise<void>;
  /**
   * Removes containers and networks, and ends the supervisor and a private engine. Named volumes stay, except those of the
   * project that `removeVolumesOf` names.
   *
   * @throws LeftoversError when something remains
   */
  stop(options: StopOptions): Promise<StopReport>;
}

export interface StopOptions {
  /** `null`: all volumes stay. */
  readonly removeVolumesOf: string | null;
  onProgress(message: string): void;
}

export interface StopReport {
  readonly removedVolumes: readonly ProjectVolume[];
  readonly keptVolumes: readonly ProjectVolume[];
}

/** How long containers may take to stop, in milliseconds: more than the engine's ten seconds for each, one after the other. */
const EMPTY_DEADLINE = 90_000;
const LOOK_INTERVAL = 200;

/**
 * Starts a supervisor on the engine, or takes over the one that an earlier process left running; what is set up otherwise is
 * replaced. Its containers run on meanwhile.
 *
 * @throws PortTakenError, SupervisorLostError
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { state, file, engine, signal } = options;
  const docker = connectEngine(engine.endpoint);
  const before = await file.read();
  const setup = await describeSetup(options.program, { ...options, engineEndpoint: engine.endpoint });
  const base: SessionRecord = {
    version: 2,
    owner: await identifyProcess(process.pid),
    engine: { endpoint: engine.endpoint, kind: engine.kind },
    supervisor: null,
    madeSupervisorNetwork:
      before?.supervisor == null ? !(await hasSupervisorNetwork(docker)) : before.madeSupervisorNetwork,
    project: before?.project ?? null,
    volumes: before?.volumes ?? [],
  };
  await file.write({ ...base, supervisor: before?.supervisor ?? null });
  const running = await takeOver(before?.supervisor ?? null, setup, options);
  const supervisor = running ?? { ...(await launch(options)), setup };
  const record = { ...base, supervisor };
  await file.write(record);
  try {
    await supervisorAnswers(supervisor.process, { port: supervisor.port, logFile: state.logFile }, signal);
  } catch (error) {
    if (running === null) await stopSupervisor(supervisor.process);
    throw error;
  }
  return session({ ...options, docker, supervisor }, record);
}

type RunningSupervisor = NonNullable<SessionRecord['supervisor']>;

async function takeOver(
  supervisor: RunningSupervisor | null,
  setup: string,
  { state, port, onProgress }: SessionOptions,
): Promise<RunningSupervisor | null> {
  const running = await findSupervisors(state.databasePath);
  const usable =
    supervisor !== null && supervisor.setup === setup && (port === null || port === 0 || port === supervisor.port);
  if (usable && (await isRunning(supervisor.process)) && (await createLocalClient(supervisor.port).isAlive())) {
    onProgress(`Using the supervisor that is already running (process ${supervisor.process.pid})`);
    return supervisor;
  }
  for (const process of running) {
    onProgress(`Replacing the supervisor of an earlier run (process ${process.pid})`);
    await stopSupervisor(process);
  }
  return null;
}

async function launch(options: SessionOptions): Promise<{ process: ProcessIdentity; port: number }> {
  const { state, engine, program, environment } = options;
  const port = await freePort(options.port ?? DEFAULT_PORT);
  options.onProgress('Starting the supervisor');
  const setup = { ...options, engineEndpoint: engine.endpoint };
  const process = await startSupervisor({
    program,
    port,
    logFile: state.logFile,
    environment: supervisorEnvironment(setup, port, environment),
  });
  return { process, port };
}

function session(
  options: SessionOptions & { readonly docker: Docker; readonly supervisor: RunningSupervisor },
  initial: SessionRecord,
): Session {
  const { docker, engine, file, supervisor } = options;
  const client = createLocalClient(supervisor.port);
  // Another process may have applied a project to this session.
  const recorded = async (): Promise<SessionRecord> => (await file.read()) ?? initial;
  return {
    engine: docker,
    engineEndpoint: engine.endpoint,
    client,
    endOfSupervisor: () => endOfSupervisor(supervisor.process, options.state.logFile),
    describe: () => {
      const private_ = engine.kind === 'private' ? `, ${engine.description}` : '';
      return `the project's containers, the supervisor (process ${supervisor.process.pid})${private_}`;
    },
    async recordProject(project) {
      await file.write(withProject(await recorded(), project));
    },
    async release() {
      await file.write({ ...(await recorded()), owner: null });
    },
    async stop({ removeVolumesOf, onProgress }) {
      const record = await recorded();
      onProgress('Stopping the services');
      if (await isRunning(supervisor.process)) await empty(docker, client);
      onProgress('Stopping the supervisor');
      await stopSupervisor(supervisor.process);
      if (record.madeSupervisorNetwork) await removeSupervisorNetwork(docker);
      const removedVolumes = await removeVolumes(
        docker,
        record.volumes.filter(({ project }) => project === removeVolumesOf),
      );
      const keptVolumes = await presentVolumes(docker, record.volumes);
      const left = await listLeftovers(docker);
      if (engine.kind === 'private') onProgress('Stopping the private engine');
      await engine[Symbol.asyncDispose]();
      if (left.length > 0) {
        await file.write({ ...record, owner: null });
        throw new LeftoversError(left, options.stopCommand);
      }
      if (keptVolumes.length === 0) await file.remove();
      else await file.write({ ...record, owner: null, supervisor: null, project: null, volumes: [...keptVolumes] });
      return { removedVolumes, keptVolumes };
    },
  };
}

/** Has the supervisor remove the app, and waits for the end, or for the deadline. */
async function empty(docker: Docker, client: SupervisorClient): Promise<void> {
  try {
    await client.setTarget(EMPTY_TARGET);
    const end = performance.now() + EMPTY_DEADLINE;
    while (performance.now() < end) {
      // An operation that was in progress may still create something.
      const { applying } = await client.status();
      if (!applying && (await listLeftovers(docker)).length === 0) return;
      await delay(LOOK_INTERVAL);
    }
  } catch (error) {
    // The end of the session finds and names the rest.
    if (!isApiError(error)) throw error;
  }
}
