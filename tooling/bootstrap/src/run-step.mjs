import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BootstrapFailure, diagnose, Interrupted } from './failure.mjs';
import { endingWithParent } from './ending-with-parent.mjs';
import { errorCode } from './error-code.mjs';
import { showProgress } from './show-progress.mjs';
import { ensureFolder, stateFolder } from './state-folder.mjs';

/**
 * @typedef {object} Step
 * @property {string} title what the user reads while it runs
 * @property {string} log name of the log file, without folder and extension
 * @property {string} file the program
 * @property {readonly string[]} args
 * @property {Record<string, string | undefined>} [env] added to the environment
 */

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs one long step: its output goes to a log below `.state`, its name and the elapsed time to stderr.
 *
 * @param {string} root
 * @param {Step} step
 * @returns {Promise<{ path: string, text: string }>} its log
 * @throws {BootstrapFailure} with the end of the log, when it fails
 * @throws {Interrupted} when a signal ended it
 */
export async function runStep(root, { title, log, file, args, env }) {
  const path = join(ensureFolder(join(stateFolder(root), 'log')), `${log}.log`);
  const output = openSync(path, 'w');
  const progress = showProgress(title);
  const outcome = await endOf(root, { file, args, env, output });
  closeSync(output);
  progress.end(outcome.code === 0 ? 'done' : 'failed');
  if (outcome.interruptedBy !== null) throw new Interrupted(outcome.interruptedBy);
  if (outcome.missing) {
    throw new BootstrapFailure(`${title}: the program ${file} is not installed`, {
      remedy: `install it, e.g. apt-get install ${file} on Debian 12.`,
    });
  }
  const written = { path, text: readFileSync(path, 'utf8') };
  if (outcome.code !== 0) throw diagnose(title, written);
  return written;
}

/**
 * @param {string} root
 * @param {{ file: string, args: readonly string[], env: Record<string, string | undefined> | undefined, output: number }} program
 * @returns {Promise<{ code: number | null, missing: boolean, interruptedBy: NodeJS.Signals | null }>}
 */
function endOf(root, { file, args, env, output }) {
  return new Promise((resolve) => {
    const [command, ...rest] = endingWithParent(file, args, 'SIGKILL');
    // A process group of its own: what it starts can be ended with it.
    const child = spawn(command, rest, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', output, output],
      detached: true,
    });
    /** @type {NodeJS.Signals | null} */
    let interruptedBy = null;
    /** @param {NodeJS.Signals} signal */
    const interrupt = (signal) => {
      interruptedBy = signal;
      if (child.pid !== undefined) killGroup(child.pid, signal);
    };
    /** @param {{ code: number | null, missing: boolean }} end */
    const finish = (end) => {
      for (const signal of SIGNALS) process.off(signal, interrupt);
      resolve({ ...end, interruptedBy });
    };
    for (const signal of SIGNALS) process.on(signal, interrupt);
    child.once('error', () => finish({ code: null, missing: true }));
    child.once('close', (code) => finish({ code, missing: false }));
  });
}

/**
 * @param {number} group
 * @param {NodeJS.Signals} signal
 */
function killGroup(group, signal) {
  try {
    process.kill(-group, signal);
  } catch (error) {
    if (errorCode(error) !== 'ESRCH') throw error;
  }
}
