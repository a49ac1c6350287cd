import type { TargetRelease, TargetService } from '@device-supervisor/state';
import { checkContracts, type ContractFailure } from '../contracts/check-contracts.ts';
import type { DeviceFacts } from './device-facts.ts';

/** Which services of a release a device is to run. */
export type ServiceSelection =
  | {
      readonly status: 'selected';
      /** Without the services that are left out. */
      readonly release: TargetRelease;
      readonly leftOut: readonly LeftOutService[];
    }
  /** The device is not fit for the release, so nothing of it is run. */
  | { readonly status: 'rejected'; readonly reasons: readonly ContractFailure[] };

/** A service that the release has and the device does not run; worded like a notice. */
export interface LeftOutService {
  readonly service: string;
  readonly field: 'contract' | 'profiles';
  readonly reason: string;
}

/** Leaves out services of profiles, which cannot be activated on a device, and optional ones of unmet contracts. */
export function selectServices(release: TargetRelease, device: DeviceFacts): ServiceSelection {
  const inProfiles = Object.values(release.services).flatMap(outsideOfProfiles);
  const active = without(release, inProfiles);
  const verdict = checkContracts(active, device);
  if (verdict.status === 'rejected') return verdict;
  const unmet = verdict.leftOut.map(({ service, reason }) => ({ service, field: 'contract', reason }) as const);
  return { status: 'selected', release: without(active, unmet), leftOut: [...inProfiles, ...unmet] };
}

function outsideOfProfiles({ name, composition: { profiles = [] } }: TargetService): LeftOutService[] {
  if (profiles.length === 0) return [];
  const reason = `the service is not run: it belongs to ${profiles.join(', ')}, and no profile is active on a device`;
  return [{ service: name, field: 'profiles', reason }];
}

function without(release: TargetRelease, leftOut: readonly LeftOutService[]): TargetRelease {
  if (leftOut.length === 0) return release;
  const names = new Set(leftOut.map(({ service }) => service));
  const services = Object.entries(release.services).filter(([name]) => !names.has(name));
  return { ...release, services: Object.fromEntries(services) };
}
