import type { EngineAbilities } from '../observed.ts';
import type { FindingCollector } from './findings.ts';

/** The context in which the fields of a service are read. */
export interface ReadContext {
  readonly findings: FindingCollector;
  readonly abilities: EngineAbilities;
}

/** Has the engine what came with a version of its API? Older engines ignore fields that they do not know. */
export function hasApi({ apiVersion }: EngineAbilities, wanted: `${number}.${number}`): boolean {
  const [major = 0, minor = 0] = apiVersion.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}
