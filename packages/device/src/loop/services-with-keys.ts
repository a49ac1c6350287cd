import {
  serviceLabels,
  wantsSupervisorApi,
  type EngineSnapshot,
  type ServiceReference,
} from '@device-supervisor/compose';
import type { TargetState } from '@device-supervisor/state';

/**
 * The services whose key for the supervisor's API is in use: those of the target with the label, and those whose container
 * has one until it is gone. The key of every other service is void.
 */
export function servicesWithKeys(target: TargetState, { containers }: EngineSnapshot): ServiceReference[] {
  const wanted = Object.values(target.apps).flatMap(({ id, release }) =>
    Object.values(release?.services ?? {})
      .filter((service) => wantsSupervisorApi(serviceLabels(service)))
      .map(({ name }) => ({ appId: id, service: name })),
  );
  const present = containers.flatMap(({ identity, config }) =>
    identity !== null && VARIABLES.some((name) => Object.hasOwn(config.environment, name))
      ? [{ appId: identity.appId, service: identity.serviceName }]
      : [],
  );
  return [...wanted, ...present];
}

const VARIABLES = ['BALENA_SUPERVISOR_API_KEY', 'RESIN_SUPERVISOR_API_KEY'];
