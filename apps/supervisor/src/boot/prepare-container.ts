import { createMountUnits } from '@device-supervisor/systemd';
import type { SupervisorConfig } from '../config.ts';
import type { Logger } from '../log/create-logger.ts';
import { bindDataDirectory } from './bind-data-directory.ts';
import { linkKernelModules } from './link-kernel-modules.ts';
import { linkJournal } from './link-journal.ts';
import { makeLockDirectory } from './make-lock-directory.ts';
import { mountPartitions } from './mount-partitions.ts';
import { runProgram } from './run-program.ts';

/**
 * Brings the container that a host OS has started into the form that the supervisor expects: the partitions of the device
 * are mounted, its own data is at `/data`, and the host's lock directory, journal and kernel modules are in their places.
 * Doing it again changes nothing, so that a container may be started any number of times.
 *
 * @throws HostBusMissingError, PartitionMissingError, BootCommandError, and errors of the file system
 */
export async function prepareContainer(config: SupervisorConfig, log: Logger): Promise<void> {
  await using mountUnits = createMountUnits({ busAddress: config.busAddress });
  await mountPartitions({ config, log, mountUnits, run: runProgram });
  await bindDataDirectory({ config, log, run: runProgram });
  await makeLockDirectory(config.rootMount);
  await linkJournal(config);
  await linkKernelModules({ config, log, run: runProgram });
}
