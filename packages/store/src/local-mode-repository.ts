import type { SettingRepository } from './setting-repository.ts';

/** Ids of the images that were on the engine before local mode began. */
export interface LocalModeRepository {
  /** `null`: it did not begin. */
  load(): readonly string[] | null;
  save(imageIds: readonly string[]): void;
  clear(): void;
}

const NAME = 'images-before-local-mode';

export function createLocalModeRepository(settings: SettingRepository): LocalModeRepository {
  return {
    load() {
      const value = settings.get(NAME);
      return value === null ? null : value.split('\n').filter((id) => id !== '');
    },
    save: (imageIds) => settings.set(NAME, imageIds.join('\n')),
    clear: () => settings.delete(NAME),
  };
}
