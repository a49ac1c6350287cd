import type { LocalModeRepository, SettingRepository } from './store.ts';

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
