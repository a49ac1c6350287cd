import { dataOf } from '@device-supervisor/api-client';
import { formatError } from '@device-supervisor/errors';
import type { CommonOptions } from '../../cli/options.ts';
import type { Place } from '../../run/place.ts';
import { openContext } from '../context.ts';
import { deviceTarget } from '../target.ts';
import { fails, passed, warns, type Check } from './check.ts';
import { askBuilder, checkBuilder } from './check-engine.ts';

/** Checks a device that is in local mode: its API, its supervisor, its engine. */
export async function checkDevice(options: CommonOptions, place: Place): Promise<readonly Check[]> {
  const target = deviceTarget(options.device ?? '', options.engine);
  const { client } = openContext(target, { place, options, signal: AbortSignal.timeout(DEADLINE) });
  return [
    ...(await checkSupervisor(client, target.address)),
    checkBuilder(await askBuilder(target.engineEndpoint), target.engineEndpoint),
  ];
}

/** Milliseconds in which a device answers. */
const DEADLINE = 20_000;

async function checkSupervisor(
  { http }: ReturnType<typeof openContext>['client'],
  address: string,
): Promise<readonly Check[]> {
  try {
    const { version, ready, localMode, problems, conditions } = await dataOf(http.GET('/v3/health/detail'));
    return [
      passed('API', `${address} answers, version ${version}`),
      localMode
        ? passed('local mode', 'the device is in local mode')
        : fails(
            'local mode',
            'the device is not in local mode',
            'Switch local mode on for it, on its page or in the cloud',
          ),
      ready
        ? passed('supervisor', 'the supervisor works')
        : fails(
            'supervisor',
            `the supervisor is not ready: ${problems.join('; ')}`,
            'Wait until it is, or read its log',
          ),
      ...conditions.map(({ component, message, remedy }) => warns(component, message, remedy)),
    ];
  } catch (error) {
    return [fails('API', formatError(error), 'Check the address, and that the device is on this network')];
  }
}
