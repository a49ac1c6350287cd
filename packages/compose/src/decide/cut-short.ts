import type { ObservedContainer } from '../observed.ts';
import { serviceContainers } from './hand-over.ts';
import { isStopped, type ServiceDecision } from './services.ts';

/** The end of a replacement that a cancel interrupted, without a new container. */
export type CutShort =
  /** The new container was created, and never started: the old one, which we stopped for it, runs again. */
  | { readonly kind: 'start-old'; readonly container: ObservedContainer }
  /** The new container runs: the old one is removed. */
  | { readonly kind: 'remove-old'; readonly container: ObservedContainer };

/** The unfinished replacement of one service whose update was cancelled. */
export function cutShortReplacement(
  { spec, running }: Pick<ServiceDecision, 'spec' | 'running'>,
  containers: readonly ObservedContainer[],
): CutShort[] {
  const { current, predecessor } = serviceContainers(containers, spec);
  if (current === null) return [];
  if (current.startedAt !== null) {
    const old = containers.filter((one) => one !== current && isStopped(one));
    return isStopped(current) ? [] : old.map((container) => ({ kind: 'remove-old', container }));
  }
  const isOurDoing = predecessor?.status === 'exited' && predecessor.stoppedByUs === true;
  return running && isOurDoing ? [{ kind: 'start-old', container: predecessor }] : [];
}
