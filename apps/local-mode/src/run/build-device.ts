import type { BuildDevice } from '@device-supervisor/compose-project';

/** Architectures of Node.js, and the generic device of each. */
const DEVICES: ReadonlyMap<string, BuildDevice> = new Map([
  ['x64', { type: 'genericx86-64-ext', arch: 'amd64' }],
  ['arm64', { type: 'generic-aarch64', arch: 'aarch64' }],
  ['arm', { type: 'generic-armv7ahf', arch: 'armv7hf' }],
  ['ia32', { type: 'qemux86', arch: 'i386' }],
]);

/** The device for which images are built on a machine of this architecture. */
export function buildDevice(nodeArchitecture: string): BuildDevice {
  return DEVICES.get(nodeArchitecture) ?? { type: 'generic', arch: nodeArchitecture };
}
