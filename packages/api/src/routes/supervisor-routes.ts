import type { Route, RouteDependencies } from './route.ts';

/** Routes about the supervisor itself. */
export function supervisorRoutes({ device, version }: RouteDependencies): readonly Route[] {
  return [
    {
      method: 'GET',
      path: '/ping',
      scope: 'none',
      summary: 'Tells whether the supervisor answers',
      handle: (context) => context.text('OK'),
    },
    {
      method: 'GET',
      path: '/v1/healthy',
      scope: 'none',
      summary: 'Tells whether the supervisor works',
      handle: (context) => (device.health().healthy ? context.text('OK') : context.text('Unhealthy', 500)),
    },
    {
      method: 'GET',
      path: '/v2/version',
      scope: 'any-key',
      summary: 'The version that clients compare with',
      handle: (context) => context.json({ status: 'success', version }),
    },
  ];
}
