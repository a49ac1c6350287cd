import { access, constants, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { formatError, SupervisorError } from '@device-supervisor/errors';
import { diagnoseEngine, type EngineDiagnosis } from '@device-supervisor/local-engine';
import type { CommonOptions } from '../../cli/options.ts';
import { connectEngine } from '../../engine/connect-engine.ts';
import { listLeftovers } from '../../engine/leftovers.ts';
import { statePath, type Place } from '../../run/place.ts';
import { findSupervisors } from '../../session/find-supervisors.ts';
import { sessionFile } from '../../session/session-record.ts';
import { DEFAULT_PORT } from '../../session/supervisor-setup.ts';
import { freePort } from '../../supervisor/free-port.ts';
import { findLocalTarget, type Target } from '../target.ts';
import { fails, passed, warns, type Check } from './check.ts';
import { askBuilder, checkBuilder } from './check-engine.ts';

/** Checks this machine for everything that `up` needs, and for leftovers. Starts and installs nothing. */
export async function checkMachine(options: CommonOptions, place: Place): Promise<readonly Check[]> {
  const folder = statePath(options, place);
  const session = await findLocalTarget(options, place);
  const engine = await findEngine(session, place);
  const endpoint = engine.kind === 'running' ? engine.endpoint : null;
  return [
    checkNode(process.versions.node),
    checkEngine(engine),
    ...(endpoint === null ? [] : [checkBuilder(await askBuilder(endpoint), endpoint)]),
    await checkPort(session),
    await checkPermissions(folder),
    await checkDisk(folder),
    await checkLeftovers(folder, { session, endpoint, command: place.installation.command }),
  ];
}

async function findEngine(session: Target | null, { environment }: Place): Promise<EngineDiagnosis> {
  if (session === null) return await diagnoseEngine(environment);
  const endpoint = session.engineEndpoint;
  return { kind: 'running', endpoint, description: `the engine of the session, at ${endpoint}` };
}

/** The oldest Node.js that can run the supervisor. */
const OLDEST_NODE = 24;

/** @param version e.g. `24.1.0` */
export function checkNode(version: string): Check {
  const major = Number(version.split('.')[0]);
  if (major >= OLDEST_NODE) return passed('Node.js', `version ${version}`);
  return fails('Node.js', `version ${version} is too old`, `Install Node.js ${OLDEST_NODE} or newer`);
}

function checkEngine(engine: EngineDiagnosis): Check {
  switch (engine.kind) {
    case 'running':
      return passed('engine', engine.description);
    case 'startable':
      return passed('engine', `none is running; ${engine.description}`);
    case 'unusable':
      return fails('engine', engine.problem, engine.remedy);
  }
}

async function checkPort(session: Target | null): Promise<Check> {
  const used = session?.session?.supervisor?.port;
  if (used !== undefined) return passed('port', `${used} is that of the supervisor that runs here`);
  try {
    await freePort(DEFAULT_PORT);
    return passed('port', `${DEFAULT_PORT} is free`);
  } catch (error) {
    if (!(error instanceof SupervisorError)) throw error;
    return fails(
      'port',
      `${DEFAULT_PORT} is taken by another program`,
      'Stop that program, or choose another port: up --port 0',
    );
  }
}

async function checkPermissions(folder: string): Promise<Check> {
  const existing = await nearestExisting(folder);
  try {
    await access(existing, constants.W_OK | constants.X_OK);
    return passed('permissions', `${folder} can be written`);
  } catch {
    return fails(
      'permissions',
      `nothing can be written to ${existing}`,
      'Make it yours, or name another folder with --state',
    );
  }
}

const GB = 1e9;
/** A supervisor's database and a small image fit; a build does not. */
const TOO_LITTLE = 0.5 * GB;
const LITTLE = 3 * GB;

async function checkDisk(folder: string): Promise<Check> {
  const { bavail, bsize } = await statfs(await nearestExisting(folder));
  return diskCheck(bavail * bsize, folder);
}

/** @param free bytes */
export function diskCheck(free: number, folder: string): Check {
  const message = `${(free / GB).toFixed(1)} GB are free at ${folder}`;
  const remedy =
    'Free some space: remove images that nothing uses (docker image prune), or name another folder with --state';
  if (free < TOO_LITTLE) return fails('disk', message, remedy);
  return free < LITTLE ? warns('disk', message, remedy) : passed('disk', message);
}

interface LeftoverSources {
  readonly session: Target | null;
  readonly endpoint: string | null;
  command(args: string): string;
}

/** Parts of sessions that were killed: processes, containers, networks. */
async function checkLeftovers(folder: string, { session, endpoint, command }: LeftoverSources): Promise<Check> {
  const known = session?.session?.supervisor?.process.pid;
  const processes = (await findSupervisors(join(folder, 'database.sqlite')))
    .filter(({ pid }) => pid !== known)
    .map(({ pid }) => `supervisor (process ${pid})`);
  const record = session === null ? await sessionFile(folder).read() : null;
  const ended = record?.supervisor == null ? [] : ['the record of a supervisor that has ended'];
  try {
    const objects = session !== null || endpoint === null ? [] : await listLeftovers(connectEngine(endpoint));
    const all = [...processes, ...ended, ...objects];
    if (all.length === 0) return passed('leftovers', 'none');
    return warns(
      'leftovers',
      all.join(', '),
      `Run ${command('down')} to remove them; the next start continues with them`,
    );
  } catch (error) {
    return fails('leftovers', `the engine does not list them: ${formatError(error)}`, 'Start the engine again');
  }
}

/** The folder itself, or the nearest one above it that exists. */
async function nearestExisting(path: string): Promise<string> {
  try {
    await access(path);
    return path;
  } catch {
    return dirname(path) === path ? path : await nearestExisting(dirname(path));
  }
}
