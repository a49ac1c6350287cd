import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { EngineAbilities } from '../observed.ts';
import type { DeviceFacts } from './device-facts.ts';
import type { Finding, Findings } from './findings.ts';
import { specifyNetwork } from './network-spec.ts';
import { specifyService } from './service-spec.ts';
import { specifyVolume } from './volume-spec.ts';

/** A finding about one object of a release. */
export interface ReleaseFinding extends Finding {
  readonly section: 'services' | 'networks' | 'volumes';
  /** Name of the service, network or volume. */
  readonly name: string;
  /** `problem`: the object cannot be applied; `notice`: a part of it has no effect. */
  readonly severity: 'problem' | 'notice';
}

/**
 * Checks a release without an engine: everything that is known to be impossible, or to have no effect, before anything is
 * built, downloaded or stopped. Faults that only an engine detects are not found.
 */
export function checkRelease(
  app: TargetApp,
  release: TargetRelease,
  { device, abilities }: { readonly device: DeviceFacts; readonly abilities: EngineAbilities },
): ReleaseFinding[] {
  // A service gets its key when it is applied; the value decides nothing here.
  const context = { app, release, device, abilities, supervisorApiKey: '' };
  return [
    ...Object.entries(release.services).flatMap(([name, service]) =>
      located('services', name, specifyService(service, context).findings),
    ),
    ...Object.entries(release.networks).flatMap(([name, network]) =>
      located('networks', name, specifyNetwork(name, network, app).findings),
    ),
    ...Object.entries(release.volumes).flatMap(([name, volume]) =>
      located('volumes', name, specifyVolume(name, volume, app).findings),
    ),
  ];
}

function located(section: ReleaseFinding['section'], name: string, findings: Findings): ReleaseFinding[] {
  const prefix = `${section}.${name}.`;
  return [
    ...findings.problems.map((finding) => ({ ...finding, severity: 'problem' as const })),
    ...findings.notices.map((finding) => ({ ...finding, severity: 'notice' as const })),
  ].map((finding) => ({
    ...finding,
    section,
    name,
    field: finding.field.startsWith(prefix) ? finding.field.slice(prefix.length) : finding.field,
  }));
}
