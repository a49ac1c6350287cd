import { localRoutes } from './local-routes.ts';
import type { Route, RouteDependencies } from './route.ts';
import { stateRoutes } from './state-routes.ts';
import { supervisorRoutes } from './supervisor-routes.ts';

/** Every route there is. */
export function routeTable(dependencies: RouteDependencies): readonly Route[] {
  return [...supervisorRoutes(dependencies), ...localRoutes(dependencies), ...stateRoutes(dependencies)];
}
