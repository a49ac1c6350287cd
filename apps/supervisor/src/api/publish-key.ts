import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ApiKeys } from '@device-supervisor/api';
import type { ApiKeyRepository } from '@device-supervisor/store';

/**
 * Writes the device's own key to a file beside the database, readable by root alone, and again when it is
 * replaced: `devicectl` on the device uses it, and where no cloud has the key it can be found nowhere else. A disk that is
 * full keeps the file from being written, not the API from being served.
 */
export async function publishKey(
  keys: ApiKeyRepository,
  databasePath: string,
  onFault: (error: unknown) => void,
): Promise<{ readonly keys: ApiKeys; readonly path: string }> {
  const path = join(dirname(databasePath), 'api-key');
  const publish = async (): Promise<void> => {
    await writeFile(path, `${keys.global()}\n`, { mode: 0o600 });
    // It may have been there, and open to others.
    await chmod(path, 0o600);
  };
  await publish().catch(onFault);
  return {
    path,
    keys: {
      find: (key) => keys.find(key),
      regenerate(key) {
        const replacement = keys.regenerate(key);
        publish().catch(onFault);
        return replacement;
      },
    },
  };
}
