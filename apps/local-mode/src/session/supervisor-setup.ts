import { stat } from 'node:fs/promises';
import { StartError } from '../errors.ts';
import type { StateFolder } from './state-folder.ts';

/** Port of the supervisor's API unless another one is asked for. */
export const DEFAULT_PORT = 48_484;

/** This machine alone, and containers on the network on which services reach the supervisor. */
const OWN_ADDRESSES = '127.0.0.1,::1,10.114.104.1';

/** Variables of this machine that every program needs. */
const INHERITED = ['PATH', 'TZ', 'LANG', 'HOME'];

export interface SetupOptions {
  readonly state: StateFolder;
  /** `unix:///path` or `tcp://host:port`. */
  readonly engineEndpoint: string;
  readonly listenAll: boolean;
}

/** The environment in which a supervisor runs on a developer's machine. */
export function supervisorEnvironment(
  { state, engineEndpoint, listenAll }: SetupOptions,
  port: number,
  environment: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const inherited = INHERITED.flatMap((name) => {
    const value = environment[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    ...Object.fromEntries(inherited),
    // A developer's machine is not a device: do not reboot it or change its services and firewall.
    HOST_CONTROL: 'off',
    // The files of a project are on this machine, where docker compose mounts them too.
    HOST_PATHS: 'allow',
    LOG_FORMAT: 'human',
    ROOT_MOUNTPOINT: '/',
    BOOT_MOUNTPOINT: state.bootMount,
    CONFIG_MOUNT_POINT: state.configJsonPath,
    DATABASE_PATH: state.databasePath,
    DOCKER_HOST: engineEndpoint,
    LISTEN_PORT: String(port),
    ...(listenAll ? {} : { LISTEN_ADDRESSES: OWN_ADDRESSES }),
  };
}

/**
 * Identifies a setup: two supervisors with the same text (program, engine, addresses) are interchangeable.
 *
 * @throws StartError when there is no program
 */
export async function describeSetup(program: string, { engineEndpoint, listenAll }: SetupOptions): Promise<string> {
  try {
    const { mtimeMs, size } = await stat(program);
    return JSON.stringify({ program, mtimeMs, size, engineEndpoint, listenAll });
  } catch (cause) {
    throw new StartError('the supervisor is not built', {
      hint: 'Run npm start in the repository, which builds it; install the package again where it is installed',
      cause,
    });
  }
}
