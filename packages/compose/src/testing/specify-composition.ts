import type { TargetService, TargetState } from '@device-supervisor/state';
import { specifyService, type ServiceSpec, type ServiceSpecContext } from '../spec/service-spec.ts';
import { TEST_ABILITIES, TEST_DEVICE, testTarget } from './fixtures.ts';

/** A compose service on an engine that can do everything, beside a service `db`, with networks and volumes. */
export function specifyComposition(
  composition: TargetService['composition'],
  context: Partial<ServiceSpecContext> = {},
): ServiceSpec {
  const target = testTarget({
    services: { web: { composition }, db: {} },
    networks: { back: {}, shared: { external: true, name: 'everybodys' } },
    volumes: { data: {}, common: { external: true } },
  });
  return specifyWeb(target, { abilities: { ...TEST_ABILITIES, apiVersion: '1.48' }, ...context });
}

/** The service `web` of a target's first app. */
export function specifyWeb({ apps }: TargetState, context: Partial<ServiceSpecContext> = {}): ServiceSpec {
  const [app] = Object.values(apps);
  const release = app?.release;
  const web = release?.services['web'];
  if (app === undefined || release == null || web === undefined) throw new Error('the fixture has no service web');
  return specifyService(web, {
    app,
    release,
    device: TEST_DEVICE,
    abilities: TEST_ABILITIES,
    supervisorApiKey: null,
    ...context,
  });
}
