import { access, readFile } from 'node:fs/promises';
import { hostname, release } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import type { DeviceFacts } from '@device-supervisor/compose';
import { SupervisorError } from '@device-supervisor/errors';
import * as z from 'zod';
import type { SupervisorConfig } from './config.ts';
import { SUPERVISOR_VERSION } from './version.ts';

/** What is known about the device from elsewhere than the host's files. */
export interface KnownFacts extends Pick<DeviceFacts, 'uuid' | 'apiEndpoint' | 'deviceApiKey' | 'apiPort'> {
  /** `null`: the host's name is the device's. */
  readonly name: string | null;
  readonly engineEndpoint: string;
}

/** The file in which the host tells its type says something else. */
export class DeviceTypeError extends SupervisorError<'DEVICE_TYPE_INVALID', { path: string }> {
  constructor(path: string, cause: unknown) {
    super('DEVICE_TYPE_INVALID', `${path} does not describe a device type`, {
      details: { path },
      hint: 'It must hold JSON such as {"slug":"raspberrypi4-64","arch":"aarch64"}',
      cause,
    });
  }
}

/** Names of architectures in the cloud's device types. */
const ARCHITECTURES: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: 'i386',
  arm64: 'aarch64',
  arm: 'armv7hf',
};
/** Where the engine is on a device, whatever the way that we reach it by. */
const ENGINE_SOCKET_ON_DEVICE = '/var/run/balena-engine.sock';

const DeviceType = z.object({ slug: z.string(), arch: z.string() }).partial();

/**
 * Reads the files in which the host describes itself; what is missing there is told from the machine.
 *
 * @throws DeviceTypeError
 */
export async function readDeviceFacts(
  { rootMount, bootMount, osReleasePath }: SupervisorConfig,
  { name, engineEndpoint, ...known }: KnownFacts,
): Promise<DeviceFacts> {
  const [deviceType, osRelease, hasKernelModules, hasFirmware, hostName] = await Promise.all([
    readDeviceType(join(bootMount, 'device-type.json')),
    readText(osReleasePath),
    exists(join(rootMount, 'lib/modules')),
    exists(join(rootMount, 'lib/firmware')),
    readText(join(rootMount, 'etc/hostname')),
  ]);
  const os = parseEnv(osRelease ?? '');
  const arch = deviceType.arch ?? ARCHITECTURES[process.arch] ?? process.arch;
  return {
    ...known,
    name: name ?? hostName?.trim() ?? hostname(),
    arch,
    type: deviceType.slug ?? `generic-${arch}`,
    hostOsVersion: os['PRETTY_NAME'] ?? '',
    hostOs: {
      ...(os['ID'] === undefined ? {} : { slug: os['ID'] }),
      ...(os['VERSION_ID'] === undefined ? {} : { version: os['VERSION_ID'] }),
    },
    kernelVersion: release(),
    l4tVersion: /-l4t-r(\d+\.\d+(?:\.\d+)?)/.exec(release())?.[1] ?? null,
    supervisorVersion: SUPERVISOR_VERSION,
    hostBoardRevision: os['BALENA_BOARD_REV'] ?? os['RESIN_BOARD_REV'] ?? '',
    hasKernelModules,
    hasFirmware,
    engineSocket: engineEndpoint.startsWith('unix://')
      ? engineEndpoint.slice('unix://'.length)
      : ENGINE_SOCKET_ON_DEVICE,
  };
}

async function readDeviceType(path: string): Promise<z.infer<typeof DeviceType>> {
  const text = await readText(path);
  if (text === null) return {};
  try {
    return DeviceType.parse(JSON.parse(text));
  } catch (error) {
    throw new DeviceTypeError(path, error);
  }
}

/** `null`: there is no such file. */
async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  const [result] = await Promise.allSettled([access(path)]);
  return result.status === 'fulfilled';
}
