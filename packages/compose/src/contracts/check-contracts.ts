import { decodeContract, type TargetRelease, type TargetService } from '@device-supervisor/state';
import type { DeviceFacts } from '../spec/device-facts.ts';
import { toMap } from '../spec/list-or-map.ts';
import { isTruthy, withCurrentLabels } from '../spec/names.ts';
import { unmetRequirements } from './unmet-requirements.ts';

/** Whether a device is fit for a release. */
export type ContractVerdict =
  | {
      readonly status: 'met';
      /** Optional services that the device is not fit for; the others run without them. */
      readonly leftOut: readonly ContractFailure[];
    }
  | { readonly status: 'rejected'; readonly reasons: readonly ContractFailure[] };

export interface ContractFailure {
  readonly service: string;
  /** For a person to read, e.g. `sw.supervisor >=20 is required, and the device has 17.0.0`. */
  readonly reason: string;
}

/**
 * Holds the contracts of a release's services against the device. A service with the label
 * `io.balena.features.optional` whose contract is not met is left out; any other rejects the release as a whole.
 */
export function checkContracts({ services }: Pick<TargetRelease, 'services'>, device: DeviceFacts): ContractVerdict {
  const leftOut: ContractFailure[] = [];
  const reasons: ContractFailure[] = [];
  for (const service of Object.values(services)) {
    const failures = failuresOf(service, device).map((reason) => ({ service: service.name, reason }));
    (isOptional(service) ? leftOut : reasons).push(...failures);
  }
  return reasons.length === 0 ? { status: 'met', leftOut } : { status: 'rejected', reasons };
}

function failuresOf({ contract }: TargetService, device: DeviceFacts): string[] {
  if (contract === undefined) return [];
  const decoding = decodeContract(contract);
  if ('fault' in decoding) return [`contract.${decoding.fault.path}: ${decoding.fault.message}`];
  return unmetRequirements(decoding.requirements, device);
}

function isOptional({ labels, composition }: TargetService): boolean {
  const all = withCurrentLabels({ ...toMap(composition.labels), ...labels });
  return isTruthy(all['io.balena.features.optional']);
}
