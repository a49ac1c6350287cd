import type { DeviceConfig } from './device-config/device-config.ts';
import type { RebootAfterApply } from './power/reboot-after-apply.ts';
import type { DamagedImages } from './history/damaged-images.ts';
import type { Targets } from './session/targets.ts';
import type { Settings } from './settings/settings.ts';
import type { DeviceFacts } from '@device-supervisor/compose';
import type { ImageStorage } from './downloads/image-storage.ts';
import type { Clock } from '@device-supervisor/primitives';
import type { DeviceEngine, DeviceLocks, DeviceStore } from './ports.ts';

/** Everything that a device is made of. */
export interface DeviceDependencies {
  readonly engine: DeviceEngine;
  readonly locks: DeviceLocks;
  readonly store: DeviceStore;
  readonly clock: Clock;
  /** Default: none, the size of images is not checked. */
  readonly storage?: ImageStorage;
  /** Another one after each boot of the host; `null`: not known. */
  readonly bootId: string | null;
  /** Applies the target's configuration to the host before the apps. Default: none, the host is not touched. */
  readonly deviceConfig?: DeviceConfig;
  /** Reboots that services wait for. Default: none. */
  readonly reboots?: RebootAfterApply;
  /** A number from 0 to 1, to spread retries. */
  readonly random: () => number;
  readonly facts: DeviceFacts;
  /** Unless given, only targets configure the device. */
  readonly settings?: Settings;
  /** Do others use the engine, as on a developer's machine? Then a device without a cloud keeps all images. Default: no. */
  readonly sharesEngine?: boolean;
  /** Is the target taken from the cloud? Otherwise from the local API. */
  readonly managed: boolean;
}

/** Everything that the loop is made of. */
export interface LoopDependencies extends DeviceDependencies {
  readonly targets: Targets;
  readonly settings: Settings;
  readonly damagedImages: DamagedImages;
}
