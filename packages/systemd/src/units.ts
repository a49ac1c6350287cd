import type { Bus, BusSession } from './bus/bus.ts';
import type { Connection } from './bus/connection.ts';
import { readProperties } from './bus/read-properties.ts';
import {
  BusCallError,
  CallTimedOutError,
  ServiceUnavailableError,
  UnitJobError,
  UnitNotFoundError,
  type UnitJob,
} from './errors.ts';
import type { Units, UnitState } from './systemd.ts';

const SYSTEMD = 'org.freedesktop.systemd1';
const MANAGER = {
  destination: SYSTEMD,
  path: '/org/freedesktop/systemd1',
  interface: 'org.freedesktop.systemd1.Manager',
} as const;

const METHODS = { start: 'StartUnit', stop: 'StopUnit', restart: 'RestartUnit' } as const;

/** Jobs that reached what they were made for; `skipped`: there was nothing to do. */
const GOOD_RESULTS = ['done', 'skipped'];

/** Between two looks at a job of which nothing is heard, in milliseconds: systemd tells nothing while it re-executes. */
const JOB_RECHECK = 5_000;

/** @param jobTimeout milliseconds */
export function createUnits(bus: Bus, jobTimeout: number): Units {
  const subscribed = new WeakMap<Connection, Promise<void>>();
  const ensureSubscribed = async (session: BusSession): Promise<void> => {
    const { connection } = session;
    const subscription = subscribed.get(connection) ?? subscribe(session);
    subscribed.set(connection, subscription);
    try {
      await subscription;
    } catch (error) {
      subscribed.delete(connection);
      throw error;
    }
  };
  const run = async (job: UnitJob, unit: string): Promise<void> => {
    const session = await bus.session();
    await ensureSubscribed(session);
    if (job !== 'stop') await forgetStarts(session, unit);
    const result = await runJob(bus, session, { job, unit, timeout: jobTimeout });
    if (!GOOD_RESULTS.includes(result)) throw new UnitJobError(unit, job, result);
  };
  return {
    state: (unit) => readState(bus, unit),
    start: (unit) => run('start', unit),
    stop: (unit) => run('stop', unit),
    restart: (unit) => run('restart', unit),
  };
}

/** Loads the unit first: systemd forgets units that are stopped and that nothing refers to. */
async function readState(bus: Bus, unit: string): Promise<UnitState> {
  const [path] = await bus
    .call({ ...MANAGER, member: 'LoadUnit', signature: 's', body: [unit] })
    .catch(orNotFound(unit));
  const properties = await readProperties(bus, {
    destination: SYSTEMD,
    path: String(path),
    interface: 'org.freedesktop.systemd1.Unit',
  });
  if (properties.text('LoadState') === 'not-found') throw new UnitNotFoundError(unit);
  const invocationId = properties.bytes('InvocationID');
  return {
    activeState: properties.text('ActiveState'),
    subState: properties.text('SubState'),
    partOf: properties.texts('PartOf'),
    invocationId: invocationId.length === 0 ? null : invocationId.toString('hex'),
  };
}

/** Has systemd tell this connection when jobs end. */
async function subscribe({ call }: BusSession): Promise<void> {
  const rule = `type='signal',sender='${SYSTEMD}',path='${MANAGER.path}',interface='${MANAGER.interface}',member='JobRemoved'`;
  await call({
    destination: 'org.freedesktop.DBus',
    path: '/org/freedesktop/DBus',
    interface: 'org.freedesktop.DBus',
    member: 'AddMatch',
    signature: 's',
    body: [rule],
  });
  await call({ ...MANAGER, member: 'Subscribe' });
}

/** Resets the start limit: systemd refuses a unit that failed often, but an explicit request must go through. */
async function forgetStarts({ call }: BusSession, unit: string): Promise<void> {
  const request = { ...MANAGER, member: 'ResetFailedUnit', signature: 's', body: [unit] };
  try {
    await call(request).catch(orNotFound(unit));
  } catch (error) {
    // It knows nothing of units that it has not loaded.
    if (!(error instanceof UnitNotFoundError)) throw error;
  }
}

interface JobRequest {
  readonly job: UnitJob;
  readonly unit: string;
  readonly timeout: number;
}

/** Has a job done, and resolves to its result. The job may end before we know which one it is. */
async function runJob(bus: Bus, session: BusSession, { job, unit, timeout }: JobRequest): Promise<string> {
  const { connection, call } = session;
  const results = new Map<string, string>();
  let wake = Promise.withResolvers<void>();
  using _ = connection.listen(({ member, body: [, path, , result] }) => {
    if (member !== 'JobRemoved') return;
    results.set(String(path), String(result));
    wake.resolve();
  });
  const onLost = (): void => wake.resolve();
  connection.lost.addEventListener('abort', onLost, { once: true });
  const started = performance.now();
  try {
    const request = { ...MANAGER, member: METHODS[job], signature: 'ss', body: [unit, 'replace'] };
    const [path] = await call(request).catch(orNotFound(unit));
    for (;;) {
      const result = results.get(String(path));
      if (result !== undefined) return result;
      if (connection.lost.aborted) throw bus.lost(connection);
      if (performance.now() - started > timeout) throw new CallTimedOutError(`${METHODS[job]} ${unit}`, timeout);
      results.clear();
      const recheck = await wokenIn(wake.promise, Math.min(JOB_RECHECK, timeout));
      if (!recheck) wake = Promise.withResolvers();
      else if (await isGone(session, String(path))) return await resultOf(bus, unit);
    }
  } finally {
    connection.lost.removeEventListener('abort', onLost);
  }
}

/** @returns whether the time was up first */
async function wokenIn(woken: Promise<void>, milliseconds: number): Promise<boolean> {
  const late = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => late.resolve(true), milliseconds);
  try {
    return await Promise.race([woken.then(() => false), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

async function isGone({ call }: BusSession, job: string): Promise<boolean> {
  try {
    await readProperties({ call }, { destination: SYSTEMD, path: job, interface: 'org.freedesktop.systemd1.Job' });
    return false;
  } catch (error) {
    if (error instanceof BusCallError && error.details.errorName === 'org.freedesktop.DBus.Error.UnknownObject') {
      return true;
    }
    // systemd does not answer while it re-executes.
    if (error instanceof ServiceUnavailableError) return false;
    throw error;
  }
}

/** Result of a job whose end signal was missed. */
async function resultOf(bus: Bus, unit: string): Promise<string> {
  return (await readState(bus, unit)).activeState === 'failed' ? 'failed' : 'done';
}

function orNotFound(unit: string): (error: unknown) => never {
  return (error) => {
    const name = error instanceof ServiceUnavailableError ? error.details.errorName : null;
    throw name === 'org.freedesktop.systemd1.NoSuchUnit' ? new UnitNotFoundError(unit) : error;
  };
}
