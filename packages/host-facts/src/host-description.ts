import { parseJson } from '@device-supervisor/primitives';
import { hasErrorCode } from '@device-supervisor/errors';
import { access, readFile } from 'node:fs/promises';
import { hostname, release } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import * as z from 'zod';
import { DeviceTypeError } from './errors.ts';
import { hostText } from './host-text.ts';

/** The host's description of itself. */
export interface HostDescription {
  /** Slug of the device type, e.g. `raspberrypi4-64`; `generic-<arch>`: the host does not say. */
  readonly deviceType: string;
  /** In the words of device types: `amd64`, `aarch64`, `armv7hf`, `rpi`, `i386`. */
  readonly arch: string;
  readonly hostName: string;
  readonly os: OperatingSystem;
  /** Release of the kernel, e.g. `5.10.95-v8`. */
  readonly kernelVersion: string;
  /** Version of NVIDIA's Linux for Tegra, e.g. `32.7.3`; `null`: it is not one. */
  readonly l4tVersion: string | null;
  readonly hasKernelModules: boolean;
  readonly hasFirmware: boolean;
  /** Files that could not be decoded, and count as missing. */
  readonly problems: readonly DeviceTypeError[];
}

/** From os-release(5); `null`: the host does not say. */
export interface OperatingSystem {
  /** `PRETTY_NAME`, e.g. `balenaOS 5.1.20`. */
  readonly prettyName: string | null;
  /** `ID`, e.g. `balena-os`. */
  readonly id: string | null;
  /** `VERSION_ID`, e.g. `5.1.20`. */
  readonly version: string | null;
  /** `VARIANT_ID`, e.g. `prod`. */
  readonly variant: string | null;
  /** `META_BALENA_VERSION`. */
  readonly metaBalenaVersion: string | null;
  /** `BALENA_BOARD_REV`, or its older name. */
  readonly boardRevision: string | null;
}

export interface HostDescriptionSources {
  /** The host's root file system as we see it. */
  readonly rootMount: string;
  readonly bootMount: string;
  readonly osReleasePath: string;
}

/**
 * Reads the files in which the host describes itself, and asks the kernel for what they lack. A damaged file is reported
 * as a problem, not as a failure: a device has to be reachable to be repaired.
 */
export async function readHostDescription({
  rootMount,
  bootMount,
  osReleasePath,
}: HostDescriptionSources): Promise<HostDescription> {
  const [deviceType, osRelease, hasKernelModules, hasFirmware, hostName] = await Promise.all([
    readDeviceType(join(bootMount, 'device-type.json')),
    hostText(osReleasePath),
    exists(join(rootMount, 'lib/modules')),
    exists(join(rootMount, 'lib/firmware')),
    hostText(join(rootMount, 'etc/hostname')),
  ]);
  const arch = deviceType.arch ?? ARCHITECTURES[process.arch] ?? process.arch;
  return {
    deviceType: deviceType.slug ?? `generic-${arch}`,
    arch,
    hostName: hostName ?? hostname(),
    os: parseOsRelease(osRelease ?? ''),
    kernelVersion: release(),
    l4tVersion: /-l4t-r(\d+\.\d+(?:\.\d+)?)/.exec(release())?.[1] ?? null,
    hasKernelModules,
    hasFirmware,
    problems: deviceType.problems,
  };
}

/** Names of architectures in the cloud's device types. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: 'i386',
  arm64: 'aarch64',
  arm: 'armv7hf',
};

const DeviceType = z.object({ slug: z.string().min(1), arch: z.string().min(1) }).partial();

interface ReadDeviceType extends z.infer<typeof DeviceType> {
  readonly problems: readonly DeviceTypeError[];
}

async function readDeviceType(path: string): Promise<ReadDeviceType> {
  try {
    return { ...DeviceType.parse(parseJson(await readFile(path, 'utf8'))), problems: [] };
  } catch (error) {
    const isMissing = hasErrorCode(error, 'ENOENT');
    return { problems: isMissing ? [] : [new DeviceTypeError(path, error)] };
  }
}

function parseOsRelease(text: string): OperatingSystem {
  const variables = parseEnv(text);
  const of = (...names: readonly string[]): string | null =>
    names.map((name) => variables[name]).find((value) => value !== undefined && value !== '') ?? null;
  return {
    prettyName: of('PRETTY_NAME'),
    id: of('ID'),
    version: of('VERSION_ID'),
    variant: of('VARIANT_ID'),
    metaBalenaVersion: of('META_BALENA_VERSION'),
    boardRevision: of('BALENA_BOARD_REV', 'RESIN_BOARD_REV'),
  };
}

async function exists(path: string): Promise<boolean> {
  const [result] = await Promise.allSettled([access(path)]);
  return result.status === 'fulfilled';
}
