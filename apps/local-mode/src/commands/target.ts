import { parseAddress } from '@device-supervisor/views/command-line';
import type { CommonOptions } from '../cli/options.ts';
import { NothingRunningError } from '../errors.ts';
import { statePath, type Place } from '../run/place.ts';
import { isRunning } from '../session/process-identity.ts';
import { sessionFile, type SessionRecord } from '../session/session-record.ts';

/** The supervisor that a command asks: the one of a session on this machine, or a device. */
export interface Target {
  /** Of its API, e.g. `http://127.0.0.1:48484`. */
  readonly address: string;
  /** The same as a person opens it. */
  readonly shownAddress: string;
  /** `unix:///path` or `tcp://host:port`. */
  readonly engineEndpoint: string;
  /** The session on this machine; `null`: it is a device. */
  readonly session: SessionRecord | null;
}

/** The port on which the engine of a device in local mode answers. */
const ENGINE_PORT = 2375;

/**
 * Finds the supervisor that the options name, without asking it.
 *
 * @throws UsageError, NothingRunningError
 */
export async function findTarget(options: CommonOptions, place: Place): Promise<Target> {
  if (options.device !== null) return deviceTarget(options.device, options.engine);
  const target = await findLocalTarget(options, place);
  if (target === null) throw new NothingRunningError(place.installation.command());
  return target;
}

/** The supervisor of the session on this machine; `null`: none runs. */
export async function findLocalTarget(
  options: Pick<CommonOptions, 'stateFolder'>,
  place: Place,
): Promise<Target | null> {
  const session = await sessionFile(statePath(options, place)).read();
  if (session?.supervisor == null || !(await isRunning(session.supervisor.process))) return null;
  const { port } = session.supervisor;
  return {
    address: `http://127.0.0.1:${port}`,
    shownAddress: `http://localhost:${port}`,
    engineEndpoint: session.engine.endpoint,
    session,
  };
}

/** @param device as it was typed @param engine as it was typed; `null`: the usual port @throws UsageError */
export function deviceTarget(device: string, engine: string | null): Target {
  const address = parseAddress(device);
  return {
    address,
    shownAddress: address,
    engineEndpoint: engine ?? `tcp://${new URL(address).hostname}:${ENGINE_PORT}`,
    session: null,
  };
}
