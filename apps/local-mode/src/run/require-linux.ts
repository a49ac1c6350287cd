import { StartError } from '../errors.ts';

/** @throws StartError */
export function requireLinux(): void {
  if (process.platform === 'linux') return;
  throw new StartError(`containers on ${process.platform} cannot reach a supervisor on this machine`, {
    hint: 'Use Linux, also in a virtual machine',
  });
}
