import type { SupervisorProcess } from '@device-supervisor/testbed';

export interface TargetSize {
  readonly apps: number;
  /** Of each app. */
  readonly services: number;
}

export interface BenchTarget extends TargetSize {
  /** Id of the first app; names of lock directories are made of it. */
  readonly firstApp: number;
  /** Of the first service of the first app. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** No test has these ids. */
export const FIRST_APP = 90_200;
export const IMAGE = 'bench:1';

/** Containers for which a network of the engine's own pools has addresses. */
const POOL_ADDRESSES = 250;
/** Addresses for 4,000 containers. */
const WIDE_SUBNET = { subnet: '10.90.0.0/20' };

/** The apps of a target. */
export function targetOf({ firstApp, apps, services, environment = {} }: BenchTarget): object {
  return Object.fromEntries(
    Array.from({ length: apps }, (_, app) => [
      firstApp + app,
      {
        name: `bench${app}`,
        commit: 'c1',
        releaseId: '1',
        services: Object.fromEntries(
          Array.from({ length: services }, (__, service) => [
            service + 1,
            {
              // Container names are made of it, and the apps share the engine.
              serviceName: `s${service}of${app}`,
              imageId: service + 1,
              image: IMAGE,
              environment: app === 0 && service === 0 ? environment : {},
              labels: {},
            },
          ]),
        ),
        volumes: {},
        networks: services > POOL_ADDRESSES ? { default: { ipam: { driver: 'default', config: [WIDE_SUBNET] } } } : {},
      },
    ]),
  );
}

/** Resolves with the answer, before the target is reached. */
export async function send(supervisor: SupervisorProcess, apps: object): Promise<void> {
  const { status, body } = await supervisor.post('/v2/local/target-state', { local: { apps } });
  if (status !== 200) throw new Error(`the target was answered with ${status}: ${JSON.stringify(body)}`);
}
