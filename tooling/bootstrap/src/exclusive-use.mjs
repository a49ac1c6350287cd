import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { errorCode } from './error-code.mjs';

/** Milliseconds between two looks at a lock that another process holds. */
const LOOK_EVERY = 100;

/**
 * Runs a task while no other process on this machine does so for the same lock file. A lock whose process has ended is
 * taken over.
 *
 * @template T
 * @param {string} path of the lock file
 * @param {() => Promise<T>} task
 * @returns {Promise<T>}
 */
export async function withExclusiveUse(path, task) {
  const ours = `${JSON.stringify({ pid: process.pid, started: startOf(process.pid) })}\n`;
  let told = '';
  while (!take(path, ours)) {
    const holder = read(path);
    if (holder === null) continue;
    if (!isAlive(holder)) {
      setAside(path, holder);
      continue;
    }
    if (told !== holder) {
      process.stderr.write(
        `device-supervisor: another command (process ${parse(holder)?.pid}) is at work in this folder; waiting for it\n`,
      );
      told = holder;
    }
    await delay(LOOK_EVERY);
  }
  try {
    return await task();
  } finally {
    if (read(path) === ours) rmSync(path, { force: true });
  }
}

/**
 * Makes the lock file with its content in one step, so that readers never see half of it.
 *
 * @param {string} path
 * @param {string} content
 */
function take(path, content) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes an abandoned lock. When another process was faster and has taken the lock, its file is put back.
 *
 * @param {string} path
 * @param {string} expected what the abandoned lock says
 */
function setAside(path, expected) {
  const aside = `${path}.${process.pid}.old`;
  try {
    renameSync(path, aside);
    if (readFileSync(aside, 'utf8') !== expected) linkSync(aside, path);
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' && errorCode(error) !== 'EEXIST') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/** @param {string} path */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null;
    throw error;
  }
}

/** @param {string} content of a lock file */
function isAlive(content) {
  const holder = parse(content);
  if (holder === null) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (errorCode(error) === 'ESRCH') return false;
  }
  return holder.started === startOf(holder.pid);
}

/**
 * @param {string} content
 * @returns {{ pid: number, started: string } | null} `null`: not a lock of ours
 */
function parse(content) {
  try {
    const { pid, started } = JSON.parse(content);
    return Number.isInteger(pid) && pid > 0 && typeof started === 'string' ? { pid, started } : null;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}

/**
 * When a process began, in the kernel's ticks: tells it from a later one with the same id. `''` when it has ended, even
 * if its exit code has not been collected, and where the system does not say.
 *
 * @param {number} pid
 */
function startOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is a program name in parentheses, which may hold spaces.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? '' : (fields[18] ?? '');
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(errorCode(error))) return '';
    throw error;
  }
}
