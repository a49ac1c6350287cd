import { SupervisorError } from '@device-supervisor/errors';

/** The host's system bus, which knows the boot partition, does not answer. */
export class HostBusMissingError extends SupervisorError<'HOST_BUS_MISSING', { readonly address: string }> {
  constructor(address: string, cause: unknown) {
    super(
      'HOST_BUS_MISSING',
      `the boot partition cannot be found: the host's system bus at ${address} does not answer`,
      {
        details: { address },
        hint: "Run the container with --privileged and -v /:/mnt/root, or mount the boot partition at the container's /mnt/boot",
        cause,
      },
    );
  }
}

/** No partition of the disk that the host booted from has the label. */
export class PartitionMissingError extends SupervisorError<
  'PARTITION_MISSING',
  { readonly partition: string; readonly labels: readonly string[] }
> {
  constructor(partition: string, labels: readonly string[], reason: string) {
    const label = labels.length === 0 ? 'Mount' : `Label the partition ${labels.join(' or ')}, or mount`;
    super('PARTITION_MISSING', `the ${partition} partition cannot be found: ${reason}`, {
      details: { partition, labels },
      hint: `${label} it into the container`,
    });
  }
}

/** A program that prepares the container failed. */
export class BootCommandError extends SupervisorError<
  'BOOT_COMMAND_FAILED',
  { readonly command: string; readonly output: string }
> {
  constructor(command: string, output: string, cause: unknown) {
    super('BOOT_COMMAND_FAILED', `${command} failed: ${output === '' ? 'it printed nothing' : output}`, {
      details: { command, output },
      hint: 'Run the container with --privileged',
      cause,
    });
  }
}
