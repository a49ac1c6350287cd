import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { delimiter, dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { createCommandRunner, listProcesses, removeEngineCgroups, sendSignal } from '@device-supervisor/local-engine';
import { ARTEFACTS_VARIABLE, RUN_VARIABLE } from './run-environment.ts';
import { waitFor } from './wait-for.ts';

/** Network, mount and process namespaces, and a command in them. */
export interface Namespace {
  /** Exit code of the command. */
  readonly ended: Promise<number>;
  /** Asks the command to end. */
  terminate(): Promise<void>;
  /** Kills everything in the namespaces, and waits until they are gone. */
  destroy(): Promise<void>;
}

export interface NamespaceOptions {
  readonly id: string;
  /** Temporary directory of everything in the namespaces; exists. */
  readonly directory: string;
  readonly artefacts: string;
  /** Whether the temporary directory is kept in memory: no engine or database waits for the machine's disk. */
  readonly inMemory: boolean;
}

/** Where supervisors, and containers through a bind mount, have their update locks. */
const LOCKS = '/tmp/balena-supervisor';

/**
 * The first process in the namespaces. It waits for orphans, as containers' processes become when an engine is killed,
 * passes on the request to end, and tells the command's exit code to descriptor 3. It does not end by itself: a
 * paused container would block its end unnoticed.
 *
 * `/run` and the directory of update locks are fresh: the machine's engines cannot be reached, what engines put there goes
 * with the namespace, and runs of several checkouts do not see each other's locks. The machine's `/sys` stays, with its
 * cgroups, which have no copy per namespace; only its description of the network is that of the namespace.
 */
const FIRST_PROCESS = `
ip link set lo up && mount -t tmpfs -o mode=755,nosuid,nodev run /run || exit
mkdir /run/sysfs && mount -t sysfs -o nosuid,nodev,noexec sysfs /run/sysfs || exit
for part in class/net devices/virtual/net; do mount --bind /run/sysfs/$part /sys/$part || exit; done
umount -l /run/sysfs && rmdir /run/sysfs
mkdir -p ${LOCKS} && mount -t tmpfs -o mode=755 locks ${LOCKS} || exit
[ -z "$IN_MEMORY" ] || mount -t tmpfs -o mode=700 temporary "$TMPDIR" || exit
unset IN_MEMORY
"$@" 3>&- &
command=$!
trap 'kill -TERM $command' TERM
while :; do
  wait $command
  code=$?
  kill -0 $command 2>/dev/null || break
done
echo $code >&3
`;

/**
 * Growth of the heap, in percent, before the programs of an engine collect garbage. Each start of a container runs a dozen
 * of them for some milliseconds, a third of which went into collecting what their end gives back anyway.
 */
const GARBAGE_PERCENT = '800';

/** Namespaces die with the process that started them: `setpriv` becomes `unshare`, which takes the first process along. */
const WRAPPER =
  'setpriv --pdeathsig KILL -- unshare --net --mount --pid --mount-proc --fork --kill-child=KILL -- sh -c'.split(' ');

export async function startNamespace(command: readonly string[], options: NamespaceOptions): Promise<Namespace> {
  const { PATH: path = '' } = createCommandRunner(process.env).environment;
  const { DOCKER_HOST: _, ...environment } = process.env;
  const [program = '', ...parameters] = [...WRAPPER, FIRST_PROCESS, 'sh', ...command];
  const unshare = spawn(program, parameters, {
    stdio: ['ignore', 'inherit', 'inherit', 'pipe'],
    env: {
      ...environment,
      PATH: [dirname(process.execPath), path].join(delimiter),
      TMPDIR: options.directory,
      GOGC: GARBAGE_PERCENT,
      ...(options.inMemory && { IN_MEMORY: 'yes' }),
      [RUN_VARIABLE]: options.id,
      [ARTEFACTS_VARIABLE]: options.artefacts,
    },
  });
  await once(unshare, 'spawn');
  let isEnding = false;
  const ended = readExitCode(unshare).finally(() => (isEnding = true));
  return {
    ended,
    terminate: () => signalFirstProcess(unshare, 'SIGTERM'),
    async destroy() {
      await waitFor('the namespaces to end', async () => {
        if (!isEnding) await signalFirstProcess(unshare, 'SIGKILL');
        await removeEngineCgroups(options.directory);
        return hasEnded(unshare);
      });
    },
  };
}

/** The first line on the channel, or 1 when the namespaces end without one. */
async function readExitCode(unshare: ChildProcess): Promise<number> {
  const channel = unshare.stdio[3];
  if (!(channel instanceof Readable)) throw new TypeError('the channel to the namespaces is missing');
  const ended = once(unshare, 'exit').then(() => '1');
  const told = once(createInterface({ input: channel }), 'line').then(([line]) => String(line));
  return Number(await Promise.race([told, ended]));
}

/** `unshare` itself is deaf to signals while it waits for its only child. */
async function signalFirstProcess(unshare: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (hasEnded(unshare)) return;
  const first = (await listProcesses()).find(({ parent }) => parent === unshare.pid);
  if (first !== undefined) sendSignal(first.pid, signal);
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}
