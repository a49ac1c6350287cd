import type { TargetApp, TargetRelease } from '@device-supervisor/state';
import type { EngineAbilities } from '../observed.ts';
import { addressProblem, subnetsOf, subnetsOverlap } from './addresses.ts';
import type { DeviceFacts } from './device-facts.ts';
import type { Finding, Findings } from './findings.ts';
import { specifyNetwork, type NetworkSpec } from './network-spec.ts';
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
  const networks = Object.entries(release.networks).map(([name, network]) => ({
    key: name,
    ...specifyNetwork(name, network, app),
  }));
  return [
    ...Object.entries(release.services).flatMap(([name, service]) => {
      const { config, findings } = specifyService(service, context);
      const address = findings.problems.length > 0 ? null : addressProblem(config, networks);
      return [
        ...located('services', name, findings),
        ...(address === null
          ? []
          : [problemOf('services', name, { field: 'networks', reason: withoutField(address) })]),
      ];
    }),
    ...networks.flatMap(({ key, findings }) => located('networks', key, findings)),
    ...overlaps(networks),
    ...Object.entries(release.volumes).flatMap(([name, volume]) =>
      located('volumes', name, specifyVolume(name, volume, context).findings),
    ),
  ];
}

/** Networks of one release that want the same addresses. */
function overlaps(networks: readonly (NetworkSpec & { readonly key: string })[]): ReleaseFinding[] {
  return networks.flatMap(({ key, config }, index) => {
    const other = networks
      .slice(0, index)
      .find((one) => subnetsOf(one.config).some((a) => subnetsOf(config).some((b) => subnetsOverlap(a, b))));
    if (other === undefined) return [];
    const reason = `has addresses of network ${other.key} (${subnetsOf(other.config).join(', ')}); change one of the subnets`;
    return [problemOf('networks', key, { field: 'ipam.config', reason })];
  });
}

function problemOf(section: ReleaseFinding['section'], name: string, finding: Finding): ReleaseFinding {
  return { ...finding, section, name, severity: 'problem' };
}

function withoutField(sentence: string): string {
  return sentence.replace(/^networks: /, '');
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
