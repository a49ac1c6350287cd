import type { IntroductionReason } from '@device-supervisor/cloud';
import type { Store } from '@device-supervisor/store';
import { PINNED_RELEASE } from './preload.ts';

/** Why the cloud is still to learn about the device, over restarts. */
export interface IntroductionMemory {
  /** `null`: the cloud knows the device. */
  load(): IntroductionReason | null;
  save(reason: IntroductionReason | null): void;
}

const SETTING = 'introduction';
const REASONS: readonly IntroductionReason[] = ['new', 'taken over', 'known'];

/**
 * A device that is not registered is new to the cloud. One that is registered and has no target has a new database: what the
 * cloud knows of its configuration is not known here, so the cloud learns it before anything on the host is changed.
 *
 * Call it before anything else, such as a preloaded app, makes the first target.
 */
export function openIntroductionMemory(
  { settings, targets }: Pick<Store, 'settings' | 'targets'>,
  { isRegistered }: { readonly isRegistered: boolean },
): IntroductionMemory {
  const memory: IntroductionMemory = {
    load() {
      const text = settings.get(SETTING);
      // Earlier versions knew one reason alone, and called it `pending`.
      return text === null ? null : (REASONS.find((reason) => reason === text) ?? 'new');
    },
    save(reason) {
      if (reason !== null) return settings.set(SETTING, reason);
      settings.delete(SETTING);
      // A device that is registered again years later does not want that release.
      settings.delete(PINNED_RELEASE);
    },
  };
  if (memory.load() !== null) return memory;
  if (!isRegistered) memory.save('new');
  else if (targets.load('cloud') === null) memory.save('known');
  return memory;
}
