import type { ApiKeys } from '@device-supervisor/api';

/** Reports a replaced key to the cloud at once: with the old one it could not reach us. */
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
