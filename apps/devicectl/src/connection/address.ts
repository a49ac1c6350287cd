import { DEFAULT_PORT, parseAddress, UsageError } from '@device-supervisor/views/command-line';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Where the device's API is: what was typed, what the environment says, or this machine.
 *
 * @param device as {@link parseAddress} takes it
 * @throws UsageError
 */
export function addressOf(device: string | undefined, environment: Environment): string {
  if (device === '') throw new UsageError('--device names no device', 'Leave it out for this one.');
  const typed = device ?? environment['DEVICECTL_DEVICE'] ?? environment['BALENA_SUPERVISOR_ADDRESS'];
  if (typed !== undefined && typed !== '') return parseAddress(typed);
  return `http://127.0.0.1:${environment['BALENA_SUPERVISOR_PORT'] ?? environment['LISTEN_PORT'] ?? DEFAULT_PORT}`;
}
