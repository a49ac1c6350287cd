import type { TargetState } from '@device-supervisor/state';
import type { DeviceDependencies } from '../device-dependencies.ts';
import type { Targets } from '../session/targets.ts';
import type { FaultReporter } from './fault-reporter.ts';

export interface Preparation {
  /** A change that takes effect at a reboot is still being made: it must not be cut off. */
  readonly holdsReboot: boolean;
  /** Milliseconds after which to configure the host again; `null`: not before something happens. */
  readonly retryIn: number | null;
}

export const NOT_PREPARED: Preparation = { holdsReboot: false, retryIn: null };

/** After a failure of the host's configuration itself, in milliseconds. */
const RETRY = 60_000;

/** The host comes before the apps; what of it fails or takes long does not keep them waiting. */
export async function configureHost(
  target: TargetState | null,
  {
    dependencies: { deviceConfig, targets },
    faults,
    signal,
  }: {
    readonly dependencies: Pick<DeviceDependencies, 'deviceConfig'> & { readonly targets: Targets };
    readonly faults: FaultReporter;
    readonly signal: AbortSignal;
  },
): Promise<Preparation> {
  if (deviceConfig === undefined) return NOT_PREPARED;
  try {
    return await deviceConfig.converge(target, { localMode: targets.localMode, signal });
  } catch (error) {
    faults.report(error, 'host configuration');
    return { holdsReboot: true, retryIn: RETRY };
  }
}
