import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/**
 * Collects garbage now. For the few moments in which some megabytes have just become garbage: left to itself, the runtime
 * collects them when the heap has grown, and on a small device the kernel may end the process before.
 */
export const collectGarbage: () => void = findCollector();

function findCollector(): () => void {
  setFlagsFromString('--expose-gc');
  const collector: unknown = runInNewContext('gc');
  return typeof collector === 'function' ? () => void Reflect.apply(collector, undefined, []) : () => undefined;
}
