import type { FindingCollector } from './findings.ts';

/** `missing`: an image is downloaded when the engine does not have it. */
export type PullPolicy = 'missing' | 'never';

/** The field `pull_policy`. A device downloads an image once for a release, and builds none. */
export function readPullPolicy(policy: string = 'missing', findings: FindingCollector): PullPolicy {
  if (policy === 'never') return policy;
  if (policy === 'missing' || policy === 'if_not_present') return 'missing';
  if (/^(always|daily|weekly|build|refresh|every_\w+)$/.test(policy)) {
    findings.notice('pull_policy', `${policy} has no effect: an image is downloaded when the device does not have it`);
  } else {
    findings.problem('pull_policy', `'${policy}' is not one of missing, if_not_present, never, always`);
  }
  return 'missing';
}
