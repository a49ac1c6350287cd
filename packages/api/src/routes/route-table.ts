import type { OwnDependencies } from './dependencies.ts';
import type { Route } from './route.ts';
import { pageRoutes } from './page-routes.ts';
import { appRoutes } from './v1/app-routes.ts';
import { deviceRoutes as deviceRoutesV1 } from './v1/device-routes.ts';
import { hostRoutes as hostRoutesV1 } from './v1/host-routes.ts';
import { supervisorRoutes } from './v1/supervisor-routes.ts';
import { deviceRoutes } from './v2/device-routes.ts';
import { hostRoutes } from './v2/host-routes.ts';
import { localRoutes } from './v2/local-routes.ts';
import { serviceRoutes } from './v2/service-routes.ts';
import { stateRoutes } from './v2/state-routes.ts';
import { deviceRoutes as deviceRoutesV3 } from './v3/device-routes.ts';
import { diagnosticsRoutes } from './v3/diagnostics-routes.ts';
import { documentRoutes } from './v3/document-routes.ts';
import { healthRoutes } from './v3/health-routes.ts';
import { lockRoutes } from './v3/lock-routes.ts';
import { monitorRoutes } from './v3/monitor-routes.ts';
import { planRoutes } from './v3/plan-routes.ts';
import { deviceStateRoutes } from './v3/state-routes.ts';
import { usageRoutes } from './v3/usage-routes.ts';

/** Every route there is. */
export function routeTable(dependencies: OwnDependencies): readonly Route[] {
  return GROUPS.flatMap((routes) => routes(dependencies));
}

const GROUPS = [
  pageRoutes,
  supervisorRoutes,
  hostRoutesV1,
  deviceRoutesV1,
  appRoutes,
  stateRoutes,
  serviceRoutes,
  deviceRoutes,
  localRoutes,
  hostRoutes,
  documentRoutes,
  deviceRoutesV3,
  planRoutes,
  deviceStateRoutes,
  monitorRoutes,
  lockRoutes,
  healthRoutes,
  diagnosticsRoutes,
  usageRoutes,
] as const;
