import type { Requirement } from '@device-supervisor/state';
import { coerce, parse, satisfies, validRange } from 'semver';
import type { DeviceFacts } from '../spec/device-facts.ts';

/** The version that a device has of one type; `null`: none. */
type Provided = { readonly slug?: string; readonly version?: string } | null;

/** The types of requirements, and where a device states its own version. */
const PROVIDED: Readonly<Record<string, (device: DeviceFacts) => Provided>> = {
  // The cloud's builder adds it where a service uses newer fields of compose files.
  'sw.spec': () => ({ slug: 'compose', version: '2.0.0' }),
  'sw.supervisor': ({ supervisorVersion }) => ({ version: supervisorVersion }),
  'sw.os': ({ hostOs }) => hostOs,
  'sw.kernel': ({ kernelVersion }) => ({ slug: 'linux', version: numbersOf(kernelVersion) }),
  'sw.l4t': ({ l4tVersion }) => (l4tVersion === null ? null : { version: numbersOf(l4tVersion) }),
  'hw.device-type': ({ type }) => ({ slug: type }),
  'arch.sw': ({ arch }) => ({ slug: arch }),
};

/** Ranges as people write them: `>=22.04`, and a pre-release is a version like any other. */
const RANGE_OPTIONS = { loose: true, includePrerelease: true } as const;

/** Why requirements are not met by a device, one reason each; empty: they are. */
export function unmetRequirements(requirements: readonly Requirement[], device: DeviceFacts): string[] {
  return requirements.flatMap((requirement) => unmetRequirement(requirement, device) ?? []);
}

function unmetRequirement(requirement: Requirement, device: DeviceFacts): string | null {
  if ('or' in requirement) {
    const reasons = requirement.or.map((alternative) => unmetRequirement(alternative, device));
    return reasons.includes(null) ? null : `none of these is met: ${reasons.join('; ')}`;
  }
  const { type, slug, version } = requirement;
  const provide = Object.hasOwn(PROVIDED, type) ? PROVIDED[type] : undefined;
  if (provide === undefined) {
    return `${type} is required, which is not one of ${Object.keys(PROVIDED).join(', ')}`;
  }
  if (version !== undefined && validRange(version, RANGE_OPTIONS) === null) {
    return `${type} is required in the version '${version}', which is not a range of versions such as >=1.2.0`;
  }
  const provided = provide(device);
  const isMet =
    provided !== null &&
    (slug === undefined || provided.slug === slug) &&
    (version === undefined || isInRange(provided.version, version));
  return isMet
    ? null
    : `${describe({ type, slug, version })} is required, and the device has ${describe(provided ?? {})}`;
}

function isInRange(version: string | undefined, range: string): boolean {
  const parsed = version === undefined ? null : (parse(version, { loose: true }) ?? coerce(version));
  return parsed !== null && satisfies(parsed, range, RANGE_OPTIONS);
}

/** `5.10.95-v8` is 5.10.95 with a name, and not something from before it. */
function numbersOf(version: string): string {
  return coerce(version)?.version ?? version;
}

function describe({
  type,
  slug,
  version,
}: {
  type?: string;
  slug?: string | undefined;
  version?: string | undefined;
}): string {
  const words = [type, slug, version].filter((word) => word !== undefined && word !== '');
  return words.length === 0 ? 'none' : words.join(' ');
}
