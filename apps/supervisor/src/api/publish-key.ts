import { chmod, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ApiKeys } from '@device-supervisor/api';
import type { ApiKeyRepository } from '@device-supervisor/store';

/**
 * Writes the device's own key to a file beside the database, readable by root alone, and again when it is
 * replaced: where a key is asked for and no cloud has it, it can be found nowhere else.
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
  await publish();
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
