import type { ApiKeys } from '@device-supervisor/api';

/** The cloud is told at once when its key is replaced: with the old one it could not reach us. */
export function withChangesReported(keys: ApiKeys, reportChange: () => void): ApiKeys {
  return {
    find: (key) => keys.find(key),
    regenerate(key) {
      const replacement = keys.regenerate(key);
      if (replacement !== null) reportChange();
      return replacement;
    },
  };
}
