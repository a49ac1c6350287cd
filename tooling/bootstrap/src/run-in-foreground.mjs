import { spawn } from 'node:child_process';
import { endingWithParent } from './ending-with-parent.mjs';
import { BootstrapFailure } from './failure.mjs';

/** @typedef {{ code: number | null, signal: NodeJS.Signals | null }} Ending */

/** Signals that ask the program for something, passed on to it. */
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT', 'SIGUSR2', 'SIGWINCH', 'SIGCONT']);

/** Signals that end a program: npm repeats those that a terminal has sent to the whole group already. */
const REPEATED = new Set(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']);

/** Milliseconds within which a repeated signal is the same request. */
const SAME_REQUEST = 400;

/** Milliseconds between two looks at the process that started this one. */
const LOOK_AT_PARENT = 1_000;

/**
 * Runs a program as if it stood in place of this process: same terminal and streams, each signal reaches it exactly
 * once, and it is waited for until it has shut down. Under npm, the program also ends with npm: npm passes on no SIGKILL.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ env: NodeJS.ProcessEnv }} options
 * @returns {Promise<Ending>}
 */
export function runInForeground(file, args, { env }) {
  const [command, ...rest] = endingWithParent(file, args, 'SIGTERM');
  // In a session of its own, so that a Ctrl-C of the terminal comes through us alone.
  const child = spawn(command, rest, { stdio: 'inherit', env, detached: true });
  /** @type {Map<NodeJS.Signals, number>} */
  const last = new Map();
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    const now = performance.now();
    const isRepeat = REPEATED.has(signal) && now - (last.get(signal) ?? -Infinity) < SAME_REQUEST;
    if (isRepeat) return;
    last.set(signal, now);
    child.kill(signal);
  };
  const suspend = () => {
    child.kill('SIGSTOP');
    process.kill(process.pid, 'SIGSTOP');
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  process.on('SIGTSTP', suspend);
  const parentWatch = env['npm_lifecycle_event'] === undefined ? undefined : whenParentEnds(() => forward('SIGTERM'));
  return new Promise((resolve, reject) => {
    const settle = () => {
      for (const signal of FORWARDED) process.off(signal, forward);
      process.off('SIGTSTP', suspend);
      clearInterval(parentWatch);
    };
    child.once('error', (error) => {
      settle();
      reject(
        new BootstrapFailure(`cannot run ${file}: ${error.message}`, { remedy: 'delete node_modules, try again.' }),
      );
    });
    child.once('close', (code, signal) => {
      settle();
      resolve({ code, signal });
    });
  });
}

/** @param {() => void} act */
function whenParentEnds(act) {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    act();
  }, LOOK_AT_PARENT);
  return timer;
}

/**
 * Ends this process the way another one ended.
 *
 * @param {Ending} ending
 */
export function endLike({ code, signal }) {
  if (signal === null) process.exitCode = code ?? 1;
  else process.kill(process.pid, signal);
}
