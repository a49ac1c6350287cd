import {
  busyboxImage,
  connectEngine,
  startSupervisor,
  startTestEngine,
  type SupervisorProcess,
} from '@device-supervisor/testbed';
import { FIRST_APP, IMAGE, send, targetOf, type TargetSize } from './bench-target.ts';
import { followEngine, type ChangeTimes } from './engine-clock.ts';
import { removeLockDirectories } from './lock-directories.ts';
import { mainThreadTime, quiet, whilePaused } from './supervisor-thread.ts';

/** Milliseconds. */
export interface ChangeFigures extends ChangeTimes {
  /** From the POST to its answer. */
  readonly answer: number;
  /** Processor time of the supervisor's main thread from the POST until nothing is left to do. */
  readonly own: number;
  /** The four calls that replace one container by an equal one, made straight. */
  readonly straight: ChangeTimes;
  /** From a POST of the same target to its answer. */
  readonly again: number;
  /** From a POST of the same target to a state that says `applied`. */
  readonly appliedAgain: number;
  /** Processor time of the supervisor's main thread for that, until nothing is left to do. */
  readonly ownOfAgain: number;
}

/** Program and arguments of a supervisor; `null`: the bundle of this checkout. */
export type Contender = readonly [string, ...string[]] | null;

export interface ChangeOptions extends TargetSize {
  readonly rounds: number;
  readonly contenders: readonly Contender[];
}

/** Changes before the first that counts: Node.js compiles what runs often. */
const WARM_UPS = 5;

/**
 * Changes one of the services that run, by a target that is sent over HTTP. Contenders take turns, each on an engine of
 * its own.
 *
 * @returns the rounds of each contender
 */
export async function measureChanges({
  rounds,
  contenders,
  ...size
}: ChangeOptions): Promise<readonly (readonly ChangeFigures[])[]> {
  await using stack = new AsyncDisposableStack();
  const courses: { readonly figures: ChangeFigures[]; readonly run: (round: number) => Promise<ChangeFigures> }[] = [];
  for (const [index, contender] of contenders.entries()) {
    const run = await openCourse(stack, { ...size, contender, firstApp: FIRST_APP + index * size.apps });
    courses.push({ figures: [], run });
  }
  for (let round = -WARM_UPS; round < rounds; round++) {
    for (const { figures, run } of courses) {
      const next = await run(round);
      if (round >= 0) figures.push(next);
    }
  }
  return courses.map(({ figures }) => figures);
}

interface CourseOptions extends TargetSize {
  readonly contender: Contender;
  readonly firstApp: number;
}

/** Brings the services up. @returns changes one of them */
async function openCourse(
  stack: AsyncDisposableStack,
  { contender, ...target }: CourseOptions,
): Promise<(round: number) => Promise<ChangeFigures>> {
  const { endpoint } = stack.use(await startTestEngine());
  await busyboxImage(endpoint, { tag: IMAGE, cmd: ['sleep', '100000'], stopSignal: 'SIGKILL' });
  stack.defer(() => removeLockDirectories(target));
  const supervisor = stack.use(
    await startSupervisor({ engineEndpoint: endpoint, ...(contender === null ? {} : { command: contender }) }),
  );
  await supervisor.apply(targetOf(target));
  const replace = await straightReplacement(endpoint);
  return async (round) => {
    const apps = targetOf({ ...target, environment: { ROUND: String(round) } });
    const straight = await whilePaused(supervisor, () => timeOf(endpoint, replace));
    return { straight, ...(await timeOfTarget(endpoint, supervisor, apps)), ...(await timeOfSame(supervisor, apps)) };
  };
}

async function timeOfTarget(
  endpoint: string,
  supervisor: SupervisorProcess,
  apps: object,
): Promise<ChangeTimes & Pick<ChangeFigures, 'answer' | 'own'>> {
  await quiet(supervisor);
  const busyBefore = await mainThreadTime(supervisor);
  let answer = 0;
  const times = await timeOf(endpoint, async () => {
    const began = performance.now();
    await send(supervisor, apps);
    answer = performance.now() - began;
  });
  await supervisor.applied();
  await quiet(supervisor);
  return { ...times, answer, own: (await mainThreadTime(supervisor)) - busyBefore };
}

async function timeOfSame(
  supervisor: SupervisorProcess,
  apps: object,
): Promise<Pick<ChangeFigures, 'again' | 'appliedAgain' | 'ownOfAgain'>> {
  const busyBefore = await mainThreadTime(supervisor);
  const began = performance.now();
  await send(supervisor, apps);
  const again = performance.now() - began;
  while (!(await isApplied(supervisor)));
  const appliedAgain = performance.now() - began;
  await quiet(supervisor);
  return { again, appliedAgain, ownOfAgain: (await mainThreadTime(supervisor)) - busyBefore };
}

async function isApplied(supervisor: SupervisorProcess): Promise<boolean> {
  return JSON.stringify(await supervisor.get('/v2/state/status')).includes('"appState":"applied"');
}

/** The time until a service is started, from the engine's events. */
async function timeOf(endpoint: string, change: () => Promise<void>): Promise<ChangeTimes> {
  await using events = await followEngine(endpoint, 1);
  const began = Date.now();
  await change();
  return await events.timesSince(began);
}

/** Makes a container that is none of the supervisor's, equal to one of its own. @returns replaces it */
async function straightReplacement(endpoint: string): Promise<() => Promise<void>> {
  const docker = connectEngine(endpoint);
  const [model] = await docker.listContainers({ filters: { ancestor: [IMAGE] } });
  if (model === undefined) throw new Error('no service runs');
  const { Config, HostConfig } = await docker.getContainer(model.Id).inspect();
  const { Image, Env, Cmd } = Config;
  const create = async () => await docker.createContainer({ name: 'straight', Image, Env, Cmd, HostConfig });
  let container = await create();
  await container.start();
  return async () => {
    await container.stop();
    await container.remove();
    container = await create();
    await container.start();
  };
}
