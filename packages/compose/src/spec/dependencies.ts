import type { TargetRelease, TargetService } from '@device-supervisor/state';
import type { FindingCollector } from './findings.ts';
import { ownEntry } from './own-entry.ts';
import { readPeers } from './peers.ts';

/** A condition for the start of a service. */
export interface Dependency {
  readonly service: string;
  readonly condition: DependencyCondition;
}

export type DependencyCondition = 'service_started' | 'service_healthy' | 'service_completed_successfully';

/** The dependencies of a service: `depends_on`, and the services whose containers it shares something with. */
export function readDependencies(
  service: TargetService,
  release: TargetRelease,
  findings: FindingCollector,
): Dependency[] {
  const { depends_on: declared = [] } = service.composition;
  const entries: readonly (readonly [string, DependencyOptions])[] = Array.isArray(declared)
    ? declared.map((name) => [name, {}] as const)
    : Object.entries(declared);
  const dependencies = entries.flatMap(([name, options]) => {
    const condition = readCondition(options.condition);
    if (condition === null) {
      findings.problem(`depends_on.${name}.condition`, `'${String(options.condition)}' is not a condition`);
    } else if (ownEntry(release.services, name) !== undefined) {
      return [{ service: name, condition }];
    } else if (options.required === false) {
      findings.notice(`depends_on.${name}`, 'there is no such service, and it is not required');
    } else {
      findings.problem(`depends_on.${name}`, 'there is no such service');
    }
    return [];
  });
  for (const { service: peer } of readPeers(service.composition)) {
    if (Object.hasOwn(release.services, peer) && !dependencies.some((one) => one.service === peer)) {
      dependencies.push({ service: peer, condition: 'service_started' });
    }
  }
  return dependencies;
}

interface DependencyOptions {
  readonly condition?: string | undefined;
  readonly required?: boolean | undefined;
}

function readCondition(value: string | undefined): DependencyCondition | null {
  switch (value) {
    case undefined:
    case 'service_started':
      return 'service_started';
    case 'service_healthy':
    case 'service_completed_successfully':
      return value;
    default:
      return null;
  }
}
