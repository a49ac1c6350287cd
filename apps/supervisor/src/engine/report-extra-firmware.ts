import { EXTRA_FIRMWARE_VOLUME, type ContainerEngine } from '@device-supervisor/compose';
import type { ExtraFirmwareSetting } from '@device-supervisor/config-json';

/**
 * The engine, which reports the volume of extra firmware to the host before it creates it. A failed report fails the
 * creation, so that both are retried; a volume that exists is not planned again.
 */
export function reportingExtraFirmware<Engine extends Pick<ContainerEngine, 'createVolume'>>(
  engine: Engine,
  setting: ExtraFirmwareSetting,
): Engine {
  return {
    ...engine,
    async createVolume(name, config) {
      if (name === EXTRA_FIRMWARE_VOLUME) await setting.write(name);
      await engine.createVolume(name, config);
    },
  };
}
