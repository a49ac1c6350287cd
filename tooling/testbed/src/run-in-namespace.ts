import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createCommandRunner } from '@device-supervisor/local-engine';
import { NamespacesUnavailableError, TestServiceError } from './errors.ts';
import { ARTEFACTS_VARIABLE, RUN_VARIABLE } from './run-environment.ts';

export interface NamespaceRunOptions {
  /** Names the run's temporary directory and its artefacts. */
  readonly id: string;
  /** Called with lines for a person. */
  say(message: string): void;
}

/**
 * The first process in the namespaces. It waits for orphans, as containers' processes become when an engine is killed,
 * passes on the request to end, and takes everything else with it when the command is done.
 *
 * `/run` is fresh: the machine's engines cannot be reached, and what engines put there goes with the namespace. The
 * machine's `/sys` stays, with its cgroups, which have no copy per namespace.
 */
const FIRST_PROCESS = `
set -e
ip link set lo up
mount -t tmpfs -o mode=755,nosuid,nodev run /run
set +e
"$@" &
command=$!
trap 'kill -TERM $command' TERM
while :; do
  wait $command
  code=$?
  kill -0 $command 2>/dev/null || exit $code
done
`;

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Runs a command in fresh namespaces, and resolves to its exit code. Its temporary directory and the cgroups of its
 * engines are removed afterwards by a process that outlives us, so also when we are killed. When the command fails,
 * its artefacts stay in `.state/artefacts/<id>`.
 *
 * @throws {@link NamespacesUnavailableError} without Linux or root
 */
export async function runInNamespace(
  command: readonly string[],
  { id, say }: NamespaceRunOptions,
): Promise<number> {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) throw new NamespacesUnavailableError(process.platform);
  const directory = join(tmpdir(), id);
  const artefacts = resolve('.state/artefacts', id);
  await mkdir(directory, { mode: 0o700 });
  const cleaner = startCleaner(directory);
  const child = spawnInNamespace(command, { directory, artefacts, id, lifeline: cleaner.stdin });
  const code = await exitCode(child);
  cleaner.stdin.end();
  const cleaned = await finish(cleaner);
  if (code === 0 && cleaned.code === 0) {
    await rm(artefacts, { recursive: true, force: true });
    return 0;
  }
  if (cleaned.code !== 0) throw new TestServiceError('the cleaner of the run', cleaned.output);
  say(`Artefacts of the failed run are in ${artefacts}`);
  return code;
}

type Cleaner = ReturnType<typeof startCleaner>;

/** Cleans up once nobody holds the other end of its standard input any more: neither we nor anything in the namespace. */
function startCleaner(directory: string) {
  const script = fileURLToPath(new URL('clean-up-run.ts', import.meta.url));
  return spawn(process.execPath, ['--conditions=@device-supervisor/source', script, directory], {
    detached: true,
    stdio: ['pipe', 'ignore', 'pipe'],
  });
}

async function finish(cleaner: Cleaner): Promise<{ readonly code: number | null; readonly output: string }> {
  let output = '';
  cleaner.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(cleaner, 'close');
  return { code: cleaner.exitCode, output };
}

function spawnInNamespace(
  command: readonly string[],
  run: {
    readonly id: string;
    readonly directory: string;
    readonly artefacts: string;
    readonly lifeline: Cleaner['stdin'];
  },
): ChildProcess {
  const { PATH: path = '' } = createCommandRunner(process.env).environment;
  const { DOCKER_HOST: _, ...environment } = process.env;
  // Each dies with the one before: setpriv becomes unshare, which takes the first process of the namespace with it.
  const wrapper = ['--pdeathsig', 'KILL', '--', 'unshare', '--net', '--mount', '--pid', '--fork', '--kill-child=KILL', '--mount-proc'];
  return spawn('setpriv', [...wrapper, '--', 'sh', '-c', FIRST_PROCESS, 'sh', ...command], {
    // A session of its own: the terminal's signals reach us only, and are passed on once.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', run.lifeline],
    env: {
      ...environment,
      PATH: [join(dirname(process.execPath)), path].join(delimiter),
      TMPDIR: run.directory,
      [RUN_VARIABLE]: run.id,
      [ARTEFACTS_VARIABLE]: run.artefacts,
    },
  });
}

async function exitCode(child: ChildProcess): Promise<number> {
  await once(child, 'spawn');
  const forward = (): void => void terminateFirstProcess(child.pid ?? 0);
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
    return child.exitCode ?? 1;
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

/** `unshare` itself is deaf to signals while it waits for its only child. */
async function terminateFirstProcess(unshare: number): Promise<void> {
  const children = await readFile(`/proc/${unshare}/task/${unshare}/children`, 'utf8');
  for (const pid of children.split(' ').filter((text) => text !== '')) process.kill(Number(pid), 'SIGTERM');
}
