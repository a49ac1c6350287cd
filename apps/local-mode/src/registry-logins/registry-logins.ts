import type { RegistryAuth, RegistryCredentials } from '@device-supervisor/device';
import { formatError } from '@device-supervisor/errors';
import { helperKeys, helperLogin } from './credential-program.ts';
import { configKey, dockerConfigPath, readDockerConfig, registryOfKey, storedLogin } from './docker-config.ts';

/**
 * The logins that the developer made with `docker login`, by registry. They are read again each time: a login may be made,
 * or expire, while a session runs.
 */
export interface RegistryLogins extends RegistryCredentials {
  /** Registries that may have a login, as image references name them. */
  registries(): Promise<readonly string[]>;
}

export interface RegistryLoginsOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Logins cannot be read; each reason comes once. */
  warn(sentence: string): void;
}

export function openRegistryLogins({ environment, warn }: RegistryLoginsOptions): RegistryLogins {
  const path = dockerConfigPath(environment);
  const warned = new Set<string>();
  return {
    find: (registry) => orWithout(null, () => findLogin(registry)),
    registries: () => orWithout([], listRegistries),
  };

  async function findLogin(registry: string): Promise<RegistryAuth | null> {
    const config = await readDockerConfig(path);
    const key = configKey(registry);
    const helper = config.credHelpers.get(key) ?? config.credHelpers.get(registry) ?? config.credsStore;
    const login = helper === '' ? null : await helperLogin(key, { helper, environment });
    return login ?? storedLogin(config, registry);
  }

  async function listRegistries(): Promise<readonly string[]> {
    const { auths, credHelpers, credsStore } = await readDockerConfig(path);
    const stored = credsStore === '' ? [] : await helperKeys({ helper: credsStore, environment });
    return [...new Set([...auths.keys(), ...credHelpers.keys(), ...stored].map(registryOfKey))];
  }

  /** Most images need no login: one that cannot be read is a warning. */
  async function orWithout<T>(nothing: T, read: () => Promise<T>): Promise<T> {
    try {
      return await read();
    } catch (error) {
      const sentence = `logins of ${path} are not used: ${formatError(error)}`;
      if (!warned.has(sentence)) warn(sentence);
      warned.add(sentence);
      return nothing;
    }
  }
}

/** No login for any registry. */
export const NO_LOGINS: RegistryLogins = { find: async () => null, registries: async () => [] };
