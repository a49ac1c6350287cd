import { hasErrorCode } from '@device-supervisor/errors';
import { join } from 'node:path';
import {
  isIntactText,
  nodeFileSystem,
  openBackedUpFile,
  type BackedUpFile,
  type DurableFileSystem,
} from '@device-supervisor/durable-file';
import type { BootBackend } from './boot-backend.ts';
import { configTxtBackend } from './config-txt/config-txt-backend.ts';
import { openAcpiTables, type AcpiTables } from './configfs/acpi-tables.ts';
import { configfsBackend } from './configfs/configfs-backend.ts';
import {
  bootsByExtlinux,
  hasOdmData,
  hasPowerModes,
  isRaspberry,
  isUpBoard,
  mayHaveExtraUEnv,
  requiredOverlays,
  type DeviceKind,
} from './device-kind.ts';
import { extlinuxBackend } from './extlinux/extlinux-backend.ts';
import { extraUEnvBackend } from './extra-uenv/extra-uenv-backend.ts';
import { odmDataBackend } from './odmdata/odmdata-backend.ts';
import { openOdmDevice, type OdmDevice } from './odmdata/odm-device.ts';
import { powerFanBackend, type PowerFanConfig } from './power-fan/power-fan-backend.ts';
import { isPng } from './splash/png.ts';
import { splashBackend } from './splash/splash-backend.ts';
import { textFile } from './text-file.ts';

/** Where boot configuration is kept; what is absent is the real one. */
export interface BootPlaces {
  /** Directory of the boot partition, e.g. `/mnt/boot`. */
  readonly bootMount: string;
  readonly powerFan: PowerFanConfig;
  readonly odmDevice?: OdmDevice;
  readonly acpiTables?: AcpiTables;
  readonly fileSystem?: DurableFileSystem;
}

/** The backends of a device. Where two own a variable, the first counts. */
export async function backendsOf(device: DeviceKind, places: BootPlaces): Promise<readonly BootBackend[]> {
  const found = await Promise.all(
    REGISTRY.map(async ({ matches, open }) => ((await matches(device, places)) ? [open(device, places)] : [])),
  );
  return found.flat();
}

interface RegistryEntry {
  matches(device: DeviceKind, places: BootPlaces): boolean | Promise<boolean>;
  open(device: DeviceKind, places: BootPlaces): BootBackend;
}

const REGISTRY: readonly RegistryEntry[] = [
  {
    // Before config.txt, whose prefix its variables share.
    matches: hasPowerModes,
    open: (_device, { powerFan }) => powerFanBackend(powerFan),
  },
  {
    matches: isRaspberry,
    open: (device, places) => configTxtBackend(textFile(bootFile(places, 'config.txt')), requiredOverlays(device)),
  },
  {
    matches: bootsByExtlinux,
    open: (_device, places) => extlinuxBackend(textFile(bootFile(places, 'extlinux/extlinux.conf'))),
  },
  {
    matches: async (device, places) => mayHaveExtraUEnv(device) && (await has(places, 'extra_uEnv.txt')),
    open: (_device, places) => extraUEnvBackend(textFile(bootFile(places, 'extra_uEnv.txt'))),
  },
  {
    matches: hasOdmData,
    open: (_device, { odmDevice = openOdmDevice(ODM_DEVICE) }) => odmDataBackend(odmDevice),
  },
  {
    matches: isUpBoard,
    open: (_device, places) => configfsBackend(textFile(bootFile(places, 'configfs.json')), acpiTablesOf(places)),
  },
  {
    matches: (_device, places) => has(places, 'splash'),
    open: (_device, places) =>
      splashBackend({
        logo: bootFile(places, 'splash/balena-logo.png', isPng),
        defaultLogo: bootFile(places, 'splash/balena-logo-default.png', isPng),
      }),
  },
];

const ODM_DEVICE = { path: '/dev/mmcblk0boot0', forceReadOnlyPath: '/sys/block/mmcblk0boot0/force_ro' };

function acpiTablesOf({ acpiTables, bootMount }: BootPlaces): AcpiTables {
  const directories = {
    tablesDirectory: join(bootMount, 'acpi-tables'),
    kernelDirectory: '/sys/kernel/config/acpi/table',
  };
  return acpiTables ?? openAcpiTables(directories);
}

function bootFile(
  { bootMount, fileSystem = nodeFileSystem }: BootPlaces,
  name: string,
  isIntact: (bytes: Uint8Array) => boolean = isIntactText,
): BackedUpFile {
  return openBackedUpFile({ path: join(bootMount, name), mode: 0o644, isIntact, fileSystem });
}

async function has({ bootMount, fileSystem = nodeFileSystem }: BootPlaces, name: string): Promise<boolean> {
  try {
    await fileSystem.attributes(join(bootMount, name));
    return true;
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT')) return false;
    throw error;
  }
}
