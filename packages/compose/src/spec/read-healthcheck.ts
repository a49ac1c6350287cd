import type { ServiceComposition } from '@device-supervisor/state';
import type { Healthcheck } from '../container-config.ts';
import { FieldError } from './field-error.ts';
import { parseDuration } from './parse-duration.ts';
import { hasApi, type ReadContext } from './read-context.ts';

const UNSET: Healthcheck = { test: [], interval: 0, timeout: 0, startPeriod: 0, startInterval: 0, retries: 0 };

/** The field `healthcheck`; `null`: the image's. */
export function readHealthcheck(
  healthcheck: ServiceComposition['healthcheck'],
  { findings, abilities }: ReadContext,
): Healthcheck | null {
  if (healthcheck === undefined) return null;
  if (healthcheck.disable === true) return { ...UNSET, test: ['NONE'] };
  const { test, start_interval: startInterval } = healthcheck;
  const duration = (field: 'interval' | 'timeout' | 'start_period' | 'start_interval'): number =>
    findings.read(`healthcheck.${field}`, 0, () => parseDuration(healthcheck[field] ?? 0));
  const canStartFaster = hasApi(abilities, '1.44');
  if (startInterval !== undefined && !canStartFaster) {
    findings.notice('healthcheck.start_interval', 'has no effect: the engine is too old for it');
  }
  return {
    test: findings.read('healthcheck.test', [], () => readTest(test)),
    interval: duration('interval'),
    timeout: duration('timeout'),
    startPeriod: duration('start_period'),
    startInterval: canStartFaster ? duration('start_interval') : 0,
    retries: healthcheck.retries ?? 0,
  };
}

function readTest(test: string | readonly string[] | undefined): readonly string[] {
  if (test === undefined) return [];
  if (typeof test === 'string') return ['CMD-SHELL', test];
  const [kind] = test;
  if (kind === 'NONE' || kind === 'CMD' || kind === 'CMD-SHELL') return test;
  throw new FieldError('a list must begin with NONE, CMD or CMD-SHELL');
}
