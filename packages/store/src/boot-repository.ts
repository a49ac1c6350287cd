import type { BootRepository, SettingRepository } from './store.ts';

const NAME = 'boot';
const OPEN = 'open';
const POWER_CUT = 'after a power cut';

export function createBootRepository(settings: SettingRepository): BootRepository {
  return {
    load() {
      const [bootId, state, origin, ...fetched] = settings.get(NAME)?.split('\n') ?? [];
      if (bootId === undefined || origin === undefined) return null;
      return { bootId, isOpen: state === OPEN, afterPowerCut: origin === POWER_CUT, fetched };
    },
    save({ bootId, isOpen, afterPowerCut, fetched }) {
      const lines = [bootId, isOpen ? OPEN : 'closed', afterPowerCut ? POWER_CUT : 'after an end', ...fetched];
      settings.set(NAME, lines.join('\n'));
    },
  };
}
