import type { FindingCollector } from './findings.ts';
import { isTruthy, withCurrentLabels } from './names.ts';

/**
 * In which order a container makes way for another.
 * - `download-then-kill`: nothing stops while anything of the app still downloads
 * - `kill-then-download`: the old container goes first, so that its image is the only one needed besides the new
 * - `delete-then-download`: the old image goes as well before the new one comes: for devices with little disk
 * - `hand-over`: the new container runs beside the old one until it says that it took over
 */
export type UpdateStrategy = 'download-then-kill' | 'kill-then-download' | 'delete-then-download' | 'hand-over';

export interface UpdatePolicy {
  readonly strategy: UpdateStrategy;
  /** Milliseconds that a new container may take to say that it took over. */
  readonly handOverTimeout: number;
  /** Whether a new container starts only after the device was rebooted. */
  readonly requiresReboot: boolean;
}

const DEFAULT_HAND_OVER_TIMEOUT = 60_000;

/** Reads the labels `io.balena.update.*` of a service. */
export function readUpdatePolicy(labels: Readonly<Record<string, string>>, findings: FindingCollector): UpdatePolicy {
  const current = withCurrentLabels(labels);
  return {
    strategy: readStrategy(current['io.balena.update.strategy'], findings),
    handOverTimeout: readTimeout(current['io.balena.update.handover-timeout'], findings),
    requiresReboot: isTruthy(current['io.balena.update.requires-reboot']),
  };
}

function readStrategy(value: string | undefined, findings: FindingCollector): UpdateStrategy {
  switch (value) {
    case undefined:
    case '':
      return 'download-then-kill';
    case 'download-then-kill':
    case 'kill-then-download':
    case 'delete-then-download':
    case 'hand-over':
      return value;
    default:
      findings.notice('labels', `io.balena.update.strategy '${value}' is not a strategy; download-then-kill is used`);
      return 'download-then-kill';
  }
}

function readTimeout(value: string | undefined, findings: FindingCollector): number {
  if (value === undefined || value === '') return DEFAULT_HAND_OVER_TIMEOUT;
  if (/^\d{1,10}$/.test(value)) return Number(value);
  findings.notice(
    'labels',
    `io.balena.update.handover-timeout '${value}' is not a number of milliseconds; ${DEFAULT_HAND_OVER_TIMEOUT} is used`,
  );
  return DEFAULT_HAND_OVER_TIMEOUT;
}
